"""Cards and controls of the sample run, in three languages."""

from typing import Any

from rempart.background import ControlRecord
from rempart.card import MATRIX, Exploitability, Impact, Words
from rempart.results import CheckRecord


def words(title: str, rationale: str = "", remediation: str = "", **more: Any) -> Words:
    """A card's words in one language."""
    return Words(
        title, rationale or f"Why: {title}.", remediation or "Set `it` and reload.", **more
    )


def card(
    en: Words,
    fr: Words,
    de: Words,
    *,
    controls: tuple[str, ...] = ("exp.ssh",),
    refs: tuple[str, ...] = (),
    impact: Impact = Impact.MAJOR,
    ease: Exploitability = Exploitability.MODERATE,
    effort: str = "S",
) -> CheckRecord:
    """A check as a run keeps it."""
    severity = MATRIX[impact][list(Exploitability).index(ease)]
    texts = {"en": en, "fr": fr, "de": de}
    return CheckRecord(
        1, severity, impact, ease, controls, refs, texts, "d" * 20, effort=effort, team="ops"
    )


_CONTROLS: tuple[tuple[str, str, str, str, dict[str, tuple[str, ...]]], ...] = (
    (
        "exp.ssh",
        "Remote administration is hardened",
        "L’administration à distance est durcie",
        "Die Fernadministration ist gehärtet",
        {"anssi-ssh": ("R7", "R21"), "gdpr": ("32.1",)},
    ),
    (
        "cred.mfa.external",
        "Remote and Internet-facing access needs two factors",
        "L’accès distant et exposé à Internet exige deux facteurs",
        "Zugänge von außen verlangen zwei Faktoren",
        {"gdpr": ("32.1",)},
    ),
    (
        "cred.password.strength",
        "Passwords resist guessing",
        "Les mots de passe résistent à la devinette",
        "Passwörter widerstehen dem Erraten",
        {"cnil-2022-100": ("cas-1",)},
    ),
    (
        "enc.rest.database",
        "Databases are encrypted at rest",
        "Les bases sont chiffrées au repos",
        "Datenbanken sind im Ruhezustand verschlüsselt",
        {"gdpr": ("32.1.a",)},
    ),
    (
        "log.detect",
        "Mass reading raises an alarm",
        "Une lecture massive déclenche une alarme",
        "Massenhaftes Lesen löst einen Alarm aus",
        {},
    ),
)
CONTROLS = {
    id_: ControlRecord(en, asked_by, {"en": en, "fr": fr, "de": de})
    for id_, en, fr, de, asked_by in _CONTROLS
}
CHECKS = {
    "ssh.root_login": card(
        words(
            "SSH refuses root",
            "A shared root login leaves no name in the journal.",
            "Set `PermitRootLogin no` and reload sshd.",
            verify="`sudo sshd -T | grep permitrootlogin` prints `no`.",
            code={"sshd_config": "PermitRootLogin no\n"},
        ),
        words(
            "SSH refuse root",
            "Un accès root partagé ne laisse aucun nom dans le journal : ensuite,"
            " personne ne sait qui a agi.",
            "Écrire `PermitRootLogin no` puis recharger sshd.",
            verify="`sudo sshd -T | grep permitrootlogin` affiche `no`.",
            code={"sshd_config": "PermitRootLogin no\n"},
        ),
        words("SSH verweigert root", "Ein gemeinsamer root-Zugang hinterlässt keinen Namen."),
        refs=("anssi-ssh:R21",),
    ),
    "accounts.password_policy": card(
        words("The password policy guarantees enough", says={"fail": "{bits} bits guaranteed"}),
        words(
            "La politique de mots de passe est suffisante",
            "Un mot de passe deviné ouvre le portail sans laisser de trace anormale.",
            "Porter la longueur minimale à 15 caractères.",
            says={"fail": "{bits} bits garantis", "pass": "{bits} bits garantis, c’est assez"},
        ),
        words("Die Kennwortregel garantiert genug"),
        controls=("cred.password.strength",),
        impact=Impact.CRITICAL,
        effort="M",
    ),
    "volumes.encrypted": card(
        words("Volumes are encrypted"),
        words(
            "Les volumes sont chiffrés",
            "Un disque volé, rendu au loueur ou copié par une sauvegarde"
            " livre 8 millions de dossiers.",
            "Activer le chiffrement du volume avec une clé gérée par l’organisme.",
        ),
        words("Datenträger sind verschlüsselt"),
        controls=("enc.rest.database",),
        impact=Impact.CRITICAL,
        ease=Exploitability.HIGH,
        effort="L",
    ),
    "portal.hsts": card(
        words("The portal sends HSTS"),
        words("Le portail envoie HSTS"),
        words("Das Portal sendet HSTS"),
        impact=Impact.IMPORTANT,
        ease=Exploitability.HIGH,
    ),
    "portal.cookies": card(
        words("Session cookies are protected"),
        words("Les cookies de session sont protégés"),
        words("Sitzungscookies sind geschützt"),
    ),
    "swap.encrypted": card(
        words("Swap is encrypted"),
        words("L’espace d’échange est chiffré"),
        words("Der Auslagerungsspeicher ist verschlüsselt"),
        controls=("enc.rest.database",),
        impact=Impact.MINOR,
        ease=Exploitability.HARD,
    ),
}
