"""The fictional payer of `rempart demo`, served on loopback: nothing in it is real."""
