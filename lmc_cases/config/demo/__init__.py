"""The demo world and the main job. Every person in it is invented and marked so."""
