"""The folder of one year: what lies where in it, files put down whole, one run at a time."""
