"""Wordings of the way of speaking: rate, intonation, articulation, fluency, what is uttered."""

from __future__ import annotations

from slap_export.captions.items import Voicing, voicing

MANNER: tuple[Voicing, ...] = (
    voicing(
        "intonation=monotone",
        """
        adjectives: monotone | monotonous | flat | droning | level | unchanging | expressionless
            robot-like | toneless-flat
        manners: in a monotone | monotonously | flatly | on one note | without inflection
            in a flat drone
        clauses: the pitch hardly moves | the melody is flat | it drones on one note
            the voice stays on one note
        withs: that stays on one note | without inflection | with flat intonation
        likenesses: like a machine reading aloud | like somebody bored stiff
            like somebody reading a timetable
        heard: a drone | flat intonation | a monotone
        absent: inflection | melody | rise and fall
        opposites: lively | expressive
        denials: the pitch goes neither up nor down | nothing moves in the melody
        """,
        1.4,
        noun="intonation",
    ),
    voicing(
        "intonation=lively",
        """
        adjectives: lively | animated | expressive | sing-song | melodic | varied | excited
            bubbly | colourful
        manners: expressively | with lively intonation | in a sing-song way | animatedly
            with lots of ups and downs
        clauses: the pitch goes up and down a lot | the melody is lively | the pitch swings widely
            the melody jumps about
        withs: with wide swings of pitch | with lively intonation | with a sing-song melody
        likenesses: like a storyteller | like somebody reading to children
            like an excited sports reporter
        heard: lively intonation | lots of ups and downs | a sing-song melody
        opposites: flat | monotonous
        denials: not a drone but a lively melody
        """,
        1.4,
        noun="intonation",
    ),
    voicing(
        "intonation=medium",
        """
        adjectives: moderately varied | averagely varied
        manners: with ordinary intonation | with moderate inflection
        clauses: the intonation is moderate | the melody is ordinary
        withs: with ordinary intonation | with some inflection
        heard: ordinary intonation
        denials: neither flat nor lively | the melody is neither flat nor excited
        """,
        0.3,
        noun="intonation",
    ),
    voicing(
        "rate=fast",
        """
        adjectives: fast | quick | rapid | hurried | very fast | rushed | speedy | rattled-off
        manners: fast | quickly | rapidly | in a hurry | at high speed | hastily | at a fast pace
            nineteen to the dozen
        clauses: the pace is fast | the words come quickly | the talking is hurried
            the words tumble out | the speaker is in a rush
        withs: speaking fast | in a hurry | at a rapid pace
        likenesses: like somebody with a bus to catch | like an auctioneer | like a machine gun
        heard: rapid talking | words in a rush | quick words | hasty talking
        opposites: slow | unhurried
        denials: there is nothing slow about it | nobody takes any time here
        """,
        1.3,
        noun="speech",
    ),
    voicing(
        "rate=slow",
        """
        adjectives: slow | unhurried | long-drawn | leisurely | very slow | sluggish | dragging
            slow-paced
        manners: slowly | without haste | at a slow pace | at low speed | sluggishly | leisurely
            taking plenty of time
        clauses: the pace is slow | the words come slowly | the talking is drawn out
            every word takes its time
        withs: speaking slowly | without haste | at a slow pace
        likenesses: like somebody half asleep | like a tape running too slowly
            like somebody with all the time in the world
        heard: slow talking | words drawn out | long-drawn words | sluggish talking
        opposites: fast | hurried
        denials: there is nothing fast about it | nobody is in a hurry here
        """,
        1.3,
        noun="speech",
    ),
    voicing(
        "rate=medium",
        """
        adjectives: moderately paced | normally paced | ordinary-paced
        manners: at a normal pace | at a moderate speed | neither fast nor slow
        clauses: the pace is moderate | the pace is normal
        withs: at a moderate pace | at an ordinary speed
        heard: an ordinary pace
        denials: neither hurried nor slow | the pace is neither fast nor slow
        """,
        0.3,
        noun="speech",
    ),
    voicing(
        "intonation=monotone rate=slow",
        """
        adjectives: drowsy and droning | slow and flat | flat and dragging | slow and monotonous
        manners: slowly and flatly | in a slow drone | without haste and without melody
        clauses: the speech is slow and flat | the words drag along on one note
        withs: that drones slowly on | both flat and slow
        likenesses: like somebody falling asleep | like a dull lecture after lunch
        heard: a slow drone | somebody droning on slowly
        denials: neither lively nor fast | it has neither pace nor melody
        """,
        1.0,
        also="rate",
        noun="speech",
    ),
    voicing(
        "intonation=lively rate=fast",
        """
        adjectives: fast and lively | quick and animated | excited and rapid | bubbling
        manners: fast and with lively melody | quickly and expressively | in excited haste
        clauses: the speech is fast and lively | the words bubble out with lively melody
        withs: that hurries along with lively melody | both quick and lively
        likenesses: like somebody bursting with news | like a commentator at a goal
        heard: excited, rapid talking
        denials: neither slow nor flat | it drags neither in pace nor in melody
        """,
        1.0,
        also="rate",
        noun="speech",
    ),
    voicing(
        "articulation=mumbled",
        """
        adjectives: mumbled | mumbling | slurred | indistinct | blurred | mushy | sloppy | slack
            hard-to-understand
        manners: indistinctly | in a mumble | with slurred words | with a lazy mouth
            without opening the mouth | mumbling
        clauses: the words are slurred | the words run together | the consonants are blurred
            the speaker mumbles | half of the sounds are swallowed
            one can hardly make out the words | the mouth hardly opens
        withs: that mumbles | swallowing half of the sounds | with slack articulation
        likenesses: like somebody with a full mouth | like somebody with marbles in the mouth
            like somebody who has just been to the dentist | as if the tongue were heavy
        heard: mumbling | slurred words | blurred consonants | swallowed syllables
        denied: distinct | well-articulated
        verbs: mumbles | is mumbling
        denials: the words do not come out distinctly | hardly a word is distinct
        """,
        1.8,
        noun="speech",
    ),
    voicing(
        "articulation=distinct",
        """
        adjectives: distinct | well-articulated | sharply spoken | clearly pronounced
            well-enunciated
        manners: distinctly | with crisp consonants | with careful articulation
        clauses: every word is distinct | the words are pronounced clearly
            the consonants are crisp | each sound can be made out | every syllable is clear
        withs: with crisp articulation | that pronounces every sound
        likenesses: like an actor on stage | like a careful teacher
        heard: crisp consonants | every single syllable | clearly pronounced words
        absent: mumbling | slurring
        denied: mumbled | slurred | indistinct
        denials: the speaker does not mumble | no sound is swallowed | nobody slurs the words
        """,
        0.32,
        noun="speech",
    ),
    voicing(
        "fluency=hesitant",
        """
        adjectives: hesitant | halting | faltering | stop-and-go | broken by pauses | stumbling
            interrupted
        manners: haltingly | hesitantly | with long pauses | with many stops
            stopping again and again
        clauses: the speaker hesitates | long pauses interrupt the sentence
            the words come haltingly
            the speaker stops in the middle of phrases | the talk keeps stalling
        withs: that falters | with long gaps between the words | that keeps stopping
        likenesses: like somebody searching for words | like somebody who has forgotten the text
            as if unsure what to say next
        heard: long pauses | gaps between the words | somebody hesitating
        denied: fluent | flowing
        verbs: hesitates | keeps stopping
        denials: the words do not flow | there is no flow in it
        """,
        1.8,
        noun="speech",
    ),
    voicing(
        "fluency=fluent",
        """
        adjectives: fluent | flowing | uninterrupted | pause-free
        manners: fluently | without a stop | in one flow | without hesitating
            without searching for words
        clauses: the words flow | the speaker does not hesitate | one word follows the other
            the talk runs on
        withs: that flows | without long pauses | that never falters
        likenesses: like running water | like somebody who knows the text by heart
        heard: a steady flow of words | fluent talking | words without gaps
        absent: hesitation | long pauses | gaps between the words
        denied: hesitant | halting | faltering
        denials: the speaker never stops to think | nothing holds the words up
        """,
        0.32,
        noun="speech",
    ),
    voicing(
        "material=vowel",
        """
        adjectives: sustained | held | sung-out | stretched | prolonged | steady long
        verbs: holds one long vowel | sustains a vowel | says a long aah
            holds on to a single sound
        clauses: a vowel is held | one vowel is sustained | it is one long aah
            somebody keeps to a single sound | a single vowel goes on and on | only aah is said
            there is only one sound
        withs: holding a vowel | sustaining one sound | on a held vowel
        likenesses: like somebody tuning up to sing | like a single long note
            like somebody saying aah
        heard: a held vowel | one long vowel | a sustained aah | somebody saying aah
        absent: words | sentences | speech
        denials: not words but one long vowel | nothing is said, a vowel is held
            there are no words in it
        """,
        2.0,
        also="rate intonation articulation fluency english",
        noun="vowel",
    ),
    voicing(
        "material=speech",
        """
        adjectives: running | connected | continuous | flowing text
        manners: in sentences | in words and phrases | in running speech
        clauses: somebody says words | there are words | sentences are spoken | it is running speech
            something is being said | whole sentences are heard
        withs: speaking in sentences | that says words
        heard: words | sentences | connected speech
        absent: held vowel
        denials: not a held vowel but words | it is not just one long sound
        """,
        0.3,
        noun="speech",
    ),
)
