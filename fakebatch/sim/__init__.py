"""Discrete-event simulation: time moves from event to event. Knows nothing of AWS."""
