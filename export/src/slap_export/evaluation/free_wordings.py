"""What people say in likenesses, stories and denials: harder than a plain statement."""

FREE: dict[str, dict[str, tuple[str, ...]]] = {
    "sex": {
        "female": (
            "you can hear that she is a grown woman",
            "her voice, somebody's aunt perhaps",
            "one of the ladies in the office answering a question",
            "my sister reading something to me",
            "sounds like a mum, not a dad",
        ),
        "male": (
            "you can hear that he is a grown man",
            "his voice, somebody's uncle perhaps",
            "one of the blokes in the office answering a question",
            "my brother reading something to me",
            "sounds like a dad, not a mum",
        ),
    },
    "age": {
        "child": (
            "a little boy or girl of primary school age",
            "some youngster chatting at the playground",
            "my seven-year-old telling a story",
            "a schoolchild reading homework to the class",
            "this must be a toddler or not much older",
        ),
        "adult": (
            "somebody well past their school days",
            "a middle-aged person telling a story",
            "this one is certainly no longer a kid",
            "a colleague of working age",
            "one of the parents rather than the children",
        ),
    },
    "whisper": {
        "whispered": (
            "talking very softly so as not to wake the baby",
            "telling a secret into my ear",
            "hushed talk, like in a library",
            "murmured with no tone at all, just breath",
            "all I hear is whispers, no real voice",
        ),
        "voiced": (
            "chatting normally, not keeping a secret",
            "using the regular talking voice, nothing hushed",
            "speaking up the way people do at dinner",
            "there is real tone in it, this is no whisper",
            "ordinary conversation at the kitchen table",
        ),
    },
    "creak": {
        "creaky": (
            "sounds like an old door hinge",
            "a croaky morning voice, just out of bed",
            "the throat rattles like popcorn popping",
            "gravel at the bottom of the throat, like a bored celebrity",
            "the vocal cords crackle instead of humming",
        ),
        "clear": (
            "nice clean tone, nothing crackles in the throat",
            "like a trained singer, silky all the way through",
            "crystal-clear voice, no croak at all",
            "the tone rings out pure as a bell",
            "no rattle or frying in this throat",
        ),
    },
    "breathy": {
        "breathy": (
            "husky, with half of it just air coming out",
            "like Marilyn Monroe singing happy birthday",
            "you hear them puffing while they talk",
            "a sighing way of talking, air rushing past the words",
            "soft and wispy, as if out of puff",
        ),
        "clear": (
            "a solid voice, no air wasted",
            "like a newsreader, crisp and well supported",
            "crystal-clear, not wispy at all",
            "the tone rings out pure as a bell",
            "no huffing or puffing in this one",
        ),
    },
    "hoarse": {
        "hoarse": (
            "a raspy voice, like a lifelong smoker's",
            "sounds husky and worn out after a night of shouting",
            "a throat like sandpaper",
            "as if they cheered too much at the football match",
            "croaks like somebody who needs a cough drop",
        ),
        "clear": (
            "silky, not raspy in the least",
            "velvety voice that nothing scrapes against",
            "crystal-clear voice, no sandpaper in it",
            "the tone rings out pure as a bell",
            "a rested throat, easy on the ear",
        ),
    },
    "rate": {
        "fast": (
            "talking a mile a minute",
            "rattles it off like an auctioneer",
            "gabbling so I can barely keep up",
            "words tumbling out at breakneck speed",
            "they race through the sentence without a pause",
        ),
        "slow": (
            "taking ages to get each word out",
            "talks like a sleepy grandfather, plenty of time between words",
            "dictating so that everybody can write it down",
            "plodding along, word after word",
            "they crawl through the sentence",
        ),
    },
    "pitch": {
        "high": (
            "squeaky, like a cartoon mouse",
            "up where a soprano would sing",
            "a piping little voice",
            "sounds like they breathed in helium",
            "treble rather than baritone",
        ),
        "low": (
            "a booming voice from the cellar",
            "down where a baritone would sing",
            "like the narrator of a film trailer",
            "rumbles like a bear",
            "baritone rather than treble",
        ),
    },
    "intonation": {
        "monotone": (
            "flat as a pancake, no ups and downs",
            "talks like a robot",
            "mumbling along like reading a shopping list",
            "so dull and even it could put you to sleep",
            "no melody whatsoever in how they talk",
        ),
        "lively": (
            "talks like somebody telling a bedtime story",
            "the tune of the sentence leaps about",
            "enthusiastic, like a children's television presenter",
            "the opposite of a robot, full of ups and downs",
            "sounds thrilled, with plenty of melody",
        ),
    },
    "tremor": {
        "trembling": (
            "shaky, like someone about to cry",
            "the voice wobbles like jelly",
            "quivering as if they were freezing",
            "sounds nervous, the tone keeps fluttering",
            "like talking while riding over cobblestones",
        ),
        "steady": (
            "rock solid, nothing shaky about it",
            "the tone does not wobble at all",
            "calm as a newsreader, never quivering",
            "held as evenly as an organ pipe",
            "sounds sure of themselves, no flutter",
        ),
    },
    "noise": {
        "noisy": (
            "what a racket behind the person talking",
            "lots of din drowning out the words",
            "as if they stood beside a busy road or a fan",
            "I hear plenty of interference besides the voice",
            "hard to follow because of everything going on around",
        ),
        "quiet": (
            "nothing else to be heard besides the talking",
            "no racket around, just the person",
            "so silent you could hear a pin drop between words",
            "taken in a studio where nothing else makes a sound",
            "peaceful surroundings, easy to follow",
        ),
    },
    "telephone": {
        "telephone": (
            "sounds like a voicemail message",
            "boxy, as if calling from a landline",
            "thin, like somebody ringing a radio show",
            "like listening through a cheap handset",
            "muffled the way call centres are",
        ),
        "full": (
            "rich sound, like a podcast studio",
            "crisp highs and full lows, no handset involved",
            "as if the person stood right here, nothing cut away",
            "high fidelity, not like a voicemail",
            "you can hear every crisp s and t",
        ),
    },
    "room": {
        "reverberant": (
            "like talking inside a cathedral",
            "as if standing in an empty swimming pool",
            "the words bounce off bare walls",
            "sounds like a stairwell or a bathroom",
            "boomy, the end of each word lingers",
        ),
        "dry": (
            "like talking under a blanket, nothing bounces back",
            "right at my ear, no walls to be heard",
            "a padded booth swallowing every reflection",
            "nothing lingers once a word is over",
            "up close, as in a podcast, no cathedral about it",
        ),
    },
    "level": {
        "faint": (
            "I have to turn it all the way up to catch anything",
            "tiny, as if they stood a mile away",
            "so soft that I only make out mumbling",
            "next to nothing on the meter",
            "you need to strain your ears for this one",
        ),
        "loud": (
            "blaring, I had to turn it down",
            "like somebody shouting straight into my ear",
            "so strong that it nearly bursts the speakers",
            "the meter goes almost into the red",
            "this one blasts out of the headphones",
        ),
    },
}
"""Wordings by task and class, at least five for each."""
