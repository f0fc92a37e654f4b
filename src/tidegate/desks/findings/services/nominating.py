"""The layer that only nominates: findings of one package whose texts and places look alike."""
