"""`python -m kazyna` is the command `kazyna`."""

from kazyna.cli.app import main

if __name__ == "__main__":
    main()
