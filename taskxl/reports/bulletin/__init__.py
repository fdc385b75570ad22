"""The Word documents of a month: 通报 and 督办单; a merged month in, bytes out."""
