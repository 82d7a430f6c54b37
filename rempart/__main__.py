"""`python -m rempart`."""

from rempart.cli import main

if __name__ == "__main__":
    main()
