"""What speaks for gas that goes around a meter: one file an evidence, pure functions of hours."""
