"""The book's figures: arrays in, a matplotlib figure out; nothing is printed, loaded or kept."""
