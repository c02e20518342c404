"""Plain statements in everyday words, as somebody would type them who never saw a prompt."""

PLAIN: dict[str, dict[str, tuple[str, ...]]] = {
    "sex": {
        "female": (
            "she is talking",
            "the person on this tape is a woman",
            "I hear a woman's voice here",
            "women's speech",
            "a female narrator",
        ),
        "male": (
            "he is talking",
            "the person on this tape is a man",
            "I hear a man's voice here",
            "men's speech",
            "a male narrator",
        ),
    },
    "age": {
        "child": (
            "a little boy or girl",
            "this is children's speech",
            "the person on this tape is a child",
            "I hear a kid talk",
            "a youngster's voice",
        ),
        "adult": (
            "a fully grown man or woman",
            "this is adult speech",
            "the person on this tape is an adult",
            "I hear a grown-up talk",
            "somebody of mature years",
        ),
    },
    "whisper": {
        "whispered": (
            "they are whispering quietly",
            "I hear whispers",
            "this person whispers every word",
            "hushed, whispering talk",
            "a whisperer",
        ),
        "voiced": (
            "they use their regular voice",
            "I hear a normal tone of voice",
            "this person says every word out loud",
            "regular talk at full voice",
            "someone speaking up",
        ),
    },
    "creak": {
        "creaky": (
            "I hear a creaky, croaking tone",
            "they croak when they talk",
            "his or her voice crackles",
            "lots of fry in the throat",
            "a grating creak runs through every word",
        ),
        "clear": (
            "I hear a clear, smooth tone",
            "they talk with a nice clean voice",
            "his or her voice is pure",
            "a voice of good quality",
            "a smooth tone runs through every word",
        ),
    },
    "breathy": {
        "breathy": (
            "I hear a husky, breathy tone",
            "they sound out of breath",
            "his or her voice is full of air",
            "lots of breathing mixed into the words",
            "a soft, sighing voice",
        ),
        "clear": (
            "I hear a clear, firm tone",
            "they talk with a nice clean voice",
            "his or her voice is pure",
            "a voice of good quality",
            "a firm tone runs through every word",
        ),
    },
    "hoarse": {
        "hoarse": (
            "I hear a raspy, husky tone",
            "they sound hoarse from shouting",
            "his or her voice is rough",
            "a scratchy throat",
            "a harsh, grating voice",
        ),
        "clear": (
            "I hear a clear, smooth tone",
            "they talk with a nice clean voice",
            "his or her voice is pure",
            "a voice of good quality",
            "a velvety voice",
        ),
    },
    "rate": {
        "fast": (
            "they talk too fast",
            "this person is rushing",
            "I hear quick talk",
            "they hurry through the words",
            "chattering away at great speed",
        ),
        "slow": (
            "they talk too slowly",
            "this person is taking their time",
            "I hear slow talk",
            "they drag out the words",
            "dawdling along at low speed",
        ),
    },
    "pitch": {
        "high": (
            "a squeaky voice",
            "they have a really high voice",
            "I hear a shrill tone",
            "somebody with a voice like a soprano",
            "his or her voice is pitched high",
        ),
        "low": (
            "a booming voice",
            "they have a really deep voice",
            "I hear a bass tone",
            "somebody with a voice like a baritone",
            "his or her voice is pitched low",
        ),
    },
    "intonation": {
        "monotone": (
            "they sound flat and bored",
            "mumbling in a dull monotone",
            "I hear a flat, dreary voice",
            "somebody who drones and drones",
            "his or her voice never changes tone",
        ),
        "lively": (
            "they sound lively and enthusiastic",
            "telling it with a lot of expression",
            "I hear a cheerful, animated voice",
            "somebody full of excitement",
            "his or her voice changes tone a lot",
        ),
    },
    "tremor": {
        "trembling": (
            "they sound shaky",
            "a quivering voice",
            "I hear a shaky, trembling tone",
            "somebody whose voice wobbles",
            "his or her voice is shaking badly",
        ),
        "steady": (
            "they sound steady",
            "a calm, controlled voice",
            "I hear a firm, even tone",
            "somebody whose voice stays stable",
            "his or her voice is completely steady",
        ),
    },
    "noise": {
        "noisy": (
            "lots of noise around the speaker",
            "I hear loud background sounds",
            "they talk in noisy surroundings",
            "the noise makes it hard to follow",
            "a din in the background",
        ),
        "quiet": (
            "total silence around the speaker",
            "I hear only the voice",
            "they talk in quiet surroundings",
            "the silence makes it easy to follow",
            "a hushed background",
        ),
    },
    "telephone": {
        "telephone": (
            "somebody calling on the phone",
            "I hear a telephone conversation",
            "a voicemail message",
            "phone-call sound quality",
            "talking through a handset",
        ),
        "full": (
            "studio sound quality",
            "I hear rich, full sound",
            "high-fidelity sound with bass and treble",
            "a professional recording from a studio",
            "talking through an expensive microphone",
        ),
    },
    "room": {
        "reverberant": (
            "lots of echo around the speaker",
            "I hear an echo after every word",
            "they talk in a church or a big hall",
            "the room makes the words ring",
            "an echoing stairwell",
        ),
        "dry": (
            "they talk right beside the microphone",
            "I hear the words directly, from near by",
            "a padded studio booth",
            "a small room with carpets and curtains",
            "dry studio sound",
        ),
    },
    "level": {
        "faint": (
            "far too quiet to hear properly",
            "I hear only faint mumbling",
            "the sound is turned down very low",
            "this file needs to be made louder",
            "tiny, weak sound",
        ),
        "loud": (
            "far too loud for comfort",
            "I hear loud shouting",
            "the sound is turned up very high",
            "this file needs to be made quieter",
            "huge, blaring sound",
        ),
    },
}
"""Wordings by task and class, at least five for each."""
