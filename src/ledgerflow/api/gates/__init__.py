"""What every request passes before a route hears of it, and every answer on its way out."""
