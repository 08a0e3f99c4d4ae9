"""The HTTP door: routes by noun. Only here is known what HTTP is; what is done is done by the deeds behind."""
