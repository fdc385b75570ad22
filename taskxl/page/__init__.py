"""The month on a page in the browser: the same desk as the commands, this computer alone."""
