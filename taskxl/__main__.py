"""`python -m taskxl`: the command line without its script."""

from taskxl.start import main

if __name__ == "__main__":
    main()
