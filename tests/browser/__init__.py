"""What a reader does in the page, done by a real browser."""
