"""A stranger's file at the door: what is it, is it safe, its cells as a grid."""
