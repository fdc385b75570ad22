"""工作总结: what a year of merged months comes to, on paper."""
