"""The demo's browser phone, at /phone: the simulator performs the call against our own signed webhooks, and the browser
is ear and mouth. Mounted by ringback.app in demo mode only; nobody else may know the simulator.

Whoever may open the demo may call, signed in or not. A call is known by a sealed handle that only its caller gets, and
shows nothing but that call: its webhooks, its way through the flow, and its one ticket.
"""
