"""What the demo's callers call about: their words, and what the agent who listens to them writes down."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Matter:
    """One thing to call about. `notes` are an agent's, in order; the rest is as on a ticket."""

    department: str
    message: str
    subject: str
    reason: str
    notes: tuple[str, ...]
    tags: tuple[str, ...] = ()
    priority: int = 3


def _technical(message: str, subject: str, reason: str, *notes: str, tags: str = "", priority: int = 3) -> Matter:
    return Matter("technical", message, subject, f"technical/{reason}", notes, tuple(tags.split()), priority)


def _billing(message: str, subject: str, reason: str, *notes: str, tags: str = "", priority: int = 3) -> Matter:
    return Matter("billing", message, subject, f"billing/{reason}", notes, tuple(tags.split()), priority)


def _general(message: str, subject: str, reason: str, *notes: str, tags: str = "", priority: int = 3) -> Matter:
    return Matter("general", message, subject, f"general/{reason}", notes, tuple(tags.split()), priority)


MATTERS = (
    _technical(
        "Hello, our internet has been down since seven this morning. All the lights on the box are red. Please call.",
        "Internet down since 7 this morning, all lights red",
        "outage",
        "Line test shows no signal past the street cabinet. Field team informed.",
        "Cabinet repaired, customer confirms that it works.",
        tags="outage field-team",
        priority=1,
    ),
    _technical(
        "Hi, the new router drops the wireless connection every evening. I restarted it twice and it did not help.",
        "Router drops wireless every evening",
        "wireless",
        "Asked for the firmware version. Moved to another channel while we wait.",
        tags="router",
    ),
    _technical(
        "I cannot sign in any more. It says that my password has expired, but the mail to renew it never arrives.",
        "Password expired, renewal mail does not arrive",
        "sign_in",
        "Mail was in the spam folder. Talked them through it.",
        tags="password",
    ),
    _technical(
        "Our card terminal has been offline since the update last night. We have a full shop, so it is rather urgent.",
        "Card terminal offline since last night's update",
        "terminal",
        "Rolled the update back remotely; terminal is online again.",
        "Told the vendor. Two more shops have the same model.",
        tags="update urgent",
        priority=1,
    ),
    _technical(
        "The voice mail light keeps blinking although there are no messages. It is nothing urgent, thank you.",
        "Voicemail light blinks without messages",
        "phone",
        "Cleared the waiting flag on the extension.",
        priority=4,
    ),
    _technical(
        "We are moving the office on the first of the month and need the lines moved with us. Who can plan that?",
        "Moving office on the 1st, lines to be moved",
        "move",
        "Sent the moving form. Waiting for the floor plan.",
        tags="move",
    ),
    _technical(
        "The door camera shows a black picture since the storm. The app says that it is connected.",
        "Door camera shows black since the storm",
        "camera",
        "Power supply was wet. Replacement ordered, arrives on Thursday.",
        tags="replacement",
    ),
    _technical(
        "Upload is far slower than what we pay for. I measured it five times, and I can send you the numbers.",
        "Upload much slower than ordered",
        "speed",
        "Measurements received. Profile was set to the old plan, corrected.",
        tags="speed",
        priority=2,
    ),
    _billing(
        "I was charged twice in November, forty two dollars each. Could you please give one of them back?",
        "Charged twice in November",
        "double_charge",
        "Second charge confirmed in the ledger. Refund started, three to five days.",
        tags="refund",
        priority=2,
    ),
    _billing(
        "My invoice has the wrong company name on it. Our accountant needs it corrected before the end of the month.",
        "Wrong company name on the invoice",
        "invoice",
        "Corrected invoice sent by mail.",
        tags="invoice",
    ),
    _billing(
        "I would like to pay by bank transfer instead of by card from now on. What do I have to do?",
        "Wants to pay by bank transfer",
        "payment",
        "Sent the mandate form.",
        tags="payment",
        priority=4,
    ),
    _billing(
        "There is a charge called service fee on my bill, and nobody has told me about it. Please explain.",
        "Does not know the service fee",
        "question",
        "Explained: it is for the second line, which they did not know of. Second line cancelled.",
        tags="fee",
    ),
    _billing(
        "You sent me a reminder, but I paid two weeks ago. I have the receipt here. Please check again.",
        "Reminder although paid two weeks ago",
        "reminder",
        "Payment was booked on another customer's number. Moved, reminder withdrawn.",
        tags="reminder",
        priority=2,
    ),
    _billing(
        "We would like to cancel one of our three contracts at the end of the year. Could somebody call me about it?",
        "Wants to cancel one of three contracts",
        "cancellation",
        "Asked which one. They will look and tell us.",
        tags="contract",
    ),
    _general(
        "Good morning. Are you open on the day before Christmas? We want to bring back a box.",
        "Open on the day before Christmas?",
        "hours",
        "Told them: until two o'clock.",
        tags="hours",
        priority=4,
    ),
    _general(
        "I ordered on Monday and was promised delivery by Wednesday. It is Friday. Where is my parcel?",
        "Parcel late: ordered Monday, promised Wednesday",
        "delivery",
        "Carrier lost the label. Sent again with the express service.",
        tags="delivery",
        priority=2,
    ),
    _general(
        "We are a school with about three hundred pupils and would like an offer for twelve rooms. Please call back.",
        "School asks for an offer for twelve rooms",
        "offer",
        "Passed to sales, visit planned.",
        tags="offer",
    ),
    _general(
        "The young man who came yesterday was very friendly and quick. I just wanted to say so. Thank you.",
        "Praise for the technician",
        "praise",
        "Passed on to the team, with thanks.",
        tags="praise",
        priority=4,
    ),
    _general(
        "I have moved. My new address is fourteen Chestnut Lane. Please send everything there from now on.",
        "New address: 14 Chestnut Lane",
        "address",
        "Address changed.",
        tags="address",
        priority=4,
    ),
    _general(
        "I was promised a call yesterday and nobody called. I am not happy about that. Please ring me today.",
        "Promised call did not come",
        "complaint",
        "Apologised. The promise was made at the counter and never written down.",
        tags="complaint",
        priority=1,
    ),
    _technical(
        "The screen in the waiting room shows yesterday's appointments. It did the same last week after the weekend.",
        "Waiting room screen shows yesterday's appointments",
        "display",
        "Time zone of the player was wrong. Watching it until Monday.",
        tags="display",
    ),
    _technical(
        "When customers call us they hear nothing for ten seconds, and many hang up. Please look into it soon.",
        "Callers hear ten seconds of silence",
        "phone",
        "Reproduced. The greeting's file was empty; put the old one back.",
        "Customer called back: fine since noon.",
        tags="phone greeting",
        priority=2,
    ),
    _technical(
        "The backup has failed three nights in a row. The mail says that the disk is full.",
        "Backup failed three nights, disk full",
        "backup",
        "Old snapshots were never removed. Removed, and the rule is mended.",
        tags="backup",
        priority=2,
    ),
    _technical(
        "One of our two lines crackles so badly that nobody understands us. It began after the digging outside.",
        "One line crackles since the digging outside",
        "line",
        "Field team measures on Tuesday between nine and eleven.",
        tags="field-team line",
    ),
    _billing(
        "Could you send me last year's invoices as one file? I need them for the tax return.",
        "Needs last year's invoices for the tax return",
        "invoice",
        "All twelve sent by mail.",
        tags="invoice tax",
        priority=4,
    ),
    _billing(
        "You raised the price and I do not remember being asked. I would like to speak to somebody about it.",
        "Did not agree to the new price",
        "price",
        "Letter of March found. Offered the old price until the end of the year, accepted.",
        tags="price complaint",
        priority=2,
    ),
    _billing(
        "My card was replaced by the bank. How do I give you the new number without reading it out here?",
        "New card, how to give the number safely",
        "payment",
        "Sent the link to the payment page.",
        tags="payment",
    ),
    _general(
        "I left a blue umbrella at your counter on Thursday. Has anybody found it?",
        "Blue umbrella left at the counter",
        "lost",
        "It is here. They come on Saturday.",
        tags="lost",
        priority=4,
    ),
    _general(
        "We would like to bring our whole team for the training in spring. Are there eleven places left?",
        "Eleven places for the training in spring?",
        "training",
        "Eight left on the first date, all on the second. Asked which they want.",
        tags="training",
    ),
    _general(
        "Somebody who says they are from you asked for my password on the phone. Is that really you?",
        "Was asked for the password by somebody claiming to be us",
        "security",
        "It was not us. Told them, account watched, security informed.",
        tags="security",
        priority=1,
    ),
)
