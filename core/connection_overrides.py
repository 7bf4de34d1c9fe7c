"""What we ask of the carrier about its requests to us, behind the # of an address: it is neither signed nor sent.

Source: twilio.com/docs/usage/webhooks/webhooks-connection-overrides. Without it, only a failed connection is tried
again, and once: a web process that dies in mid-request, or a proxy's 502, would send the caller to the fallback, and
the end of a call would never be told.
"""

RETRIED = "#rc=2&rt=5000&rp=all"
"""Two more tries whatever went wrong, each given 5 s, within the carrier's own 15 s. Every webhook has a key that makes
a repeat harmless, so a request that did arrive may come again."""
