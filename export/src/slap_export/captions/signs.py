"""Wordings of signs in the voice: strain, breaks, two pitches, tremor, breath pauses, loudness."""

from __future__ import annotations

from slap_export.captions.items import Voicing, voicing

SIGNS: tuple[Voicing, ...] = (
    voicing(
        "strain=strained",
        """
        adjectives: strained | pressed | squeezed | tense | tight | effortful | forced | pinched
            choked
        manners: in a strained voice | with a tight throat | with great effort
            through a tight throat | in a squeezed voice
        clauses: the voice is forced out | the throat is tight | every word costs effort
            the voice is pressed | it takes effort to get the voice out
            the throat is squeezed shut | the sound has to be pushed out
        withs: that is squeezed out | under strain | with strain in it | pressed out of the throat
        likenesses: like somebody lifting something heavy | like somebody being strangled
            as if the collar were too tight | like somebody pushing a car
        heard: strain | a squeezed throat | tension in the throat | somebody straining
            a pressed sound
        denied: relaxed | effortless | easy
        denials: the voice does not come easily | there is no ease in it
        """,
        2.5,
    ),
    voicing(
        "strain=clear",
        """
        adjectives: relaxed | effortless | loose | strain-free | easygoing | free and easy
        manners: without strain | effortlessly | with a relaxed throat | with ease
            without forcing the voice
        clauses: the voice comes easily | the throat is relaxed | speaking costs no effort
            the voice is let go freely
        withs: that comes easily | without strain | that flows out freely
        likenesses: like somebody quite at ease | like somebody lying in a hammock
        heard: an easy, relaxed voice | an unforced voice
        absent: strain | tension in the throat | pressing
        denied: strained | pressed | squeezed
        denials: not a trace of strain | nothing is forced | the throat is not tight
        """,
        0.32,
    ),
    voicing(
        "breaks=breaking",
        """
        adjectives: breaking | crack-ridden | intermittent | broken | patchy | yodelling
            choppy-voiced
        manners: with breaks in the voice | in a voice that cracks | with a voice that cuts out
            with the voice giving way | with the tone falling away
        clauses: the voice cracks | the voice breaks | the voice cuts out for moments
            the voice gives way again and again | the tone drops out | the tone stops and starts
            the voice jumps
        withs: with breaks in it | that cracks | that keeps cutting out | with drop-outs of tone
        likenesses: like a boy at fourteen | like a radio with a loose contact
            like somebody about to cry
        heard: breaks in the voice | a voice cracking | cracks | moments without voice
        denied: unbroken
        denials: the voice does not hold | the tone is not unbroken
        """,
        1.8,
    ),
    voicing(
        "breaks=unbroken",
        """
        adjectives: unbroken | crack-free | gapless | whole
        manners: without the voice cracking | without breaks in the voice | with a voice that holds
            in an unbroken tone
        clauses: the voice does not crack | the tone never cuts out | the tone runs through
            the voice holds
        withs: without breaks | that never cracks | that holds throughout | with an unbroken tone
        heard: an unbroken tone | a tone that runs through
        absent: cracking | breaks in the voice | cracks in the tone
        denied: breaking | cracking | broken
        denials: the voice never gives way | the voice holds without a crack
        likenesses: like an unbroken thread
        """,
        0.32,
    ),
    voicing(
        "doubling=double",
        """
        adjectives: double | two-toned | double-pitched | split | diplophonic | doubled | bitonal
        manners: in a double voice | on two notes at once | with a split tone
            with two pitches at a time | with a second note underneath
        clauses: the voice has two pitches at once | a second note sounds along
            the voice is split in two tones | a lower tone runs beside the voice
            two tones beat against each other | the voice sounds twice
        withs: with two pitches at once | with a second tone in it | split into two notes
            that sounds twice
        likenesses: like two reeds beating against each other | like a throat with two voices
            like a badly tuned accordion
        heard: two notes from one throat | a second tone beside the voice | a double tone
            two pitches at once
        denied: single
        denials: the voice does not keep to a single pitch | not one pitch but two
        """,
        2.5,
    ),
    voicing(
        "doubling=single",
        """
        adjectives: single | one-toned | undivided
        manners: with one pitch at a time | with a single tone | on a single note at a time
        clauses: the voice has one pitch at a time | the tone is not split | there is one tone only
            the voice is all of a piece
        withs: with a single tone | without a second tone | of one piece
        heard: one note at a time | a single tone
        absent: second tone | double tone | doubling
        denied: double | split | two-toned
        denials: not two pitches but one | no second note sounds along
        likenesses: like a single reed
        """,
        0.3,
    ),
    voicing(
        "tremor=trembling",
        """
        adjectives: trembling | shaky | quavering | tremulous | unsteady | wavering | shaking
            wobbly | quaking | jittery
        manners: in a trembling voice | shakily | with a tremor | in a quavering voice
            with a wobble
        clauses: the voice trembles | the voice shakes | a tremor is heard | the voice quavers
            the voice wobbles | the voice goes up and down in small quick waves | the tone shivers
        withs: with a tremor in it | that wavers | that shakes | that quavers | with a wobble in it
        likenesses: like somebody shivering with cold | like a bleating goat
            like somebody on a bumpy road | like somebody very nervous
        heard: a tremor | shaking | a wobble in the voice | a voice quivering | a shaky tone
        denied: steady | stable | unwavering
        denials: the voice does not hold steady | there is nothing steady in it
        """,
        1.9,
    ),
    voicing(
        "tremor=steady",
        """
        adjectives: steady | stable | even and steady | firm and steady | unwavering | rock-steady
        manners: in a steady voice | steadily | without a tremor | in a stable voice
            without shaking
        clauses: the voice holds steady | there is no tremor | the voice does not shake
            nothing makes the voice shake
        withs: without a tremor | that holds steady | that does not shake
        likenesses: like a voice that nothing can shake | like a rock
        heard: a steady voice | a voice that holds still
        absent: tremor | trembling | shaking | wobble
        denied: trembling | shaky | wobbly | unsteady
        denials: not a trace of tremor | nothing trembles | the voice never wobbles
        """,
        0.5,
    ),
    voicing(
        "tremor=trembling breaks=breaking",
        """
        adjectives: shaky and cracking | trembling and broken
        manners: with a voice that shakes and cracks | tremblingly and with breaks
        clauses: the voice both trembles and breaks | the voice wobbles and cuts out
        withs: that shakes and cracks | trembling and breaking
        likenesses: like somebody sobbing | like somebody in tears
        heard: a shaking voice that cracks
        denials: the voice neither holds steady nor holds together
        """,
        0.8,
        also="breaks",
    ),
    voicing(
        "strain=strained roughness=hoarse",
        """
        adjectives: hoarse and strained | harsh and pressed | rough and squeezed
        manners: hoarsely and with great effort | in a rough, squeezed voice
        clauses: the voice is both rough and strained | the voice rasps and is forced
        withs: both hoarse and strained | with rasp and strain in it
        likenesses: like somebody who has shouted all day and still goes on
        heard: a rough, squeezed voice
        denials: the voice is neither smooth nor relaxed
        """,
        0.8,
        also="roughness",
    ),
    voicing(
        "breathing=audible",
        """
        adjectives: audible | noisy-breathed | gasping | panting | wheezy | heavy | puffing
        manners: with audible breaths in the pauses | gasping for air | drawing breath noisily
            out of breath | between gasps
        clauses: breaths are heard in the pauses | the speaker gasps for air
            the speaker draws breath noisily | the pauses are full of breath noise
            someone is puffing | air is sucked in between the words
        withs: with gasps in between | with noisy breaths between the words | panting in the pauses
        likenesses: like somebody who has just run upstairs | like a runner after a race
            as if short of air
        heard: gasps | breaths between the words | gasping | heavy breathing in the pauses
            puffing and panting
        denied: silent
        denials: the pauses are not silent | the breathing cannot be missed
        """,
        2.6,
        noun="breathing",
    ),
    voicing(
        "breathing=silent",
        """
        adjectives: silent | inaudible | noiseless
        manners: with silent pauses | with pauses that hold no breath noise | with noiseless pauses
        clauses: the pauses are silent | nothing is heard in the pauses | the gaps are silent
            the breaths make no noise
        withs: with silent pauses | without gasping in the pauses | with noiseless pauses
            without a gasp
        likenesses: as if not breathing in the pauses
        heard: silence in the pauses | silent gaps
        absent: gasping | breath noise in the pauses | panting
        denied: audible | gasping
        denials: no breath is heard in the pauses | nobody gasps for air
        """,
        1.6,
        noun="breathing",
    ),
    voicing(
        "course=fading",
        """
        adjectives: fading | dwindling | weakening | dying | waning | ebbing
        manners: more and more softly | ever more quietly | with fading strength
            losing strength towards the end
        clauses: the voice fades away | the voice dies away | the loudness falls towards the end
            it gets quieter and quieter | the voice runs out of strength | the strength goes
            the words sink away | the last words can barely be heard
        withs: that fades | that dies away | that gets quieter | losing strength
        likenesses: like somebody walking away | like a toy whose battery runs down
            like somebody dozing off
        heard: a voice dying away | the voice getting quieter | a voice losing strength
        opposites: swelling
        denials: the voice does not keep its strength | the end is not as loud as the beginning
        """,
        1.7,
    ),
    voicing(
        "course=even",
        """
        adjectives: evenly loud | equally loud | constantly loud | unvaryingly loud
        manners: at an even loudness | with the same strength from start to end
            without getting louder or quieter
        clauses: the loudness stays the same | the end is as loud as the beginning
            the loudness keeps level | it is as loud at the end as at the start
        withs: that keeps its strength | of even loudness | that keeps its loudness
        heard: an even loudness | a loudness that stays
        denials: it neither fades nor grows | the voice gets neither quieter nor louder
            the loudness does not change
        likenesses: like a machine at constant power
        """,
        0.28,
    ),
    voicing(
        "course=growing",
        """
        adjectives: swelling | strengthening | growing | mounting | intensifying | building
        manners: more and more loudly | ever louder | with growing strength
            gaining strength towards the end
        clauses: the voice grows louder | the voice swells | the loudness rises towards the end
            it gets louder and louder | the voice gathers strength | the voice builds up
            the last words are the loudest
        withs: that grows louder | that swells | gaining strength
        likenesses: like somebody coming closer | like somebody working up a rage
            like an approaching train
        heard: a voice getting louder | the voice swelling | a voice gaining strength
        opposites: fading | dwindling
        denials: the beginning is not as loud as the end | the voice does not stay quiet
        """,
        1.7,
    ),
)
