"""LMC Cases: case sharing between the Lancang-Mekong countries. Start at docs/architecture.md."""
