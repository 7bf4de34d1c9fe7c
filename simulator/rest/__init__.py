"""The carrier's REST API, version 2010-04-01, as far as a telephone line needs it.

The product's carrier client calls it over HTTP. One module for each resource; it changes calls only through the
carrier, and knows nothing of webhooks.
"""
