def report(*a):
    return "<p>later</p>"
