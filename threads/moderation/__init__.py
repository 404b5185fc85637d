"""Looking after a discussion: rules that flag, the order of the queue, and decisions. All of it is pure."""
