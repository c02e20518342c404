"""Wordings of the recording: noise, telephone, room, level, microphone, overload, coder."""

from __future__ import annotations

from slap_export.captions.items import Setting, setting


def _noise(kind: str, text: str) -> Setting:
    return setting(f"noise=noisy noise_kind={kind}", text, 1.2)


SETTING: tuple[Setting, ...] = (
    setting(
        "noise=noisy",
        """
        adjectives: noisy | noise-filled | very noisy | noise-ridden
        places: in a noisy place | with loud background noise | with noise behind | amid noise
        clauses: the background is noisy | there is loud noise | noise covers the voice
            one has to listen through the noise
        likenesses: like a machine hall
        heard: loud noise | noise in the background | a lot of noise | a noisy background
            a racket behind the voice
        denied: quiet-background | noise-free
        denials: the background is anything but quiet | the background is not quiet
        """,
        1.1,
    ),
    _noise(
        "white",
        """
        adjectives: hissy | hissing
        places: with a loud hiss | with hissing static behind | with white noise behind
        clauses: there is a loud hiss | it comes with hissing static
            something hisses behind the voice | the recording hisses
        likenesses: like a radio between stations | like a tap running full
        heard: hiss | static | a loud hissing | white noise
        denials: no hum but a hiss lies over the voice
        """,
    ),
    _noise(
        "pink",
        """
        adjectives: rushing
        places: with a steady rushing noise | with a noise like a waterfall behind
            beside rushing water | with a rush like heavy rain
        clauses: it comes with a steady rushing noise | something rushes behind the voice
            the background rushes steadily
        likenesses: like somebody beside a waterfall | like somebody in heavy rain
        heard: a rushing noise | a waterfall | rushing water | rain
        """,
    ),
    _noise(
        "rumble",
        """
        adjectives: rumbling
        places: with a low rumble | with deep rumbling behind | amid traffic noise
            beside a lorry engine
        clauses: it comes with a low rumble | something rumbles behind the voice
            there is a deep rumbling below the voice
        likenesses: like somebody beside a motorway | like somebody in the belly of a ship
        heard: a low rumble | traffic rumbling | a deep rumbling
        """,
    ),
    _noise(
        "hum",
        """
        adjectives: humming | buzzing
        places: with a mains hum | with an electric buzz | with a humming tone behind
            beside a humming transformer
        clauses: it comes with a mains hum | something hums behind the voice | a tone hums along
        likenesses: like a badly earthed amplifier | like a power station
        heard: a hum | a mains hum | an electric buzzing | a steady humming tone
        denials: no hiss but a hum lies under the voice
        """,
    ),
    _noise(
        "babble",
        """
        adjectives: crowded
        places: with people talking behind | amid a crowd | with babble of other voices
            at a busy party
        clauses: a crowd is talking in the background | it comes with babble behind
            many people chat in the background
        likenesses: like a full café | like a party
        heard: a crowd in the background | people chatting behind | a chattering crowd
        denials: no hiss but a babble of people surrounds the voice
        """,
    ),
    setting(
        "noise=quiet",
        """
        adjectives: noise-free | quiet-background | undisturbed
        places: in a quiet place | without background noise | with silence behind | free of noise
        clauses: the background is quiet | there is hardly any noise | no noise disturbs the voice
        likenesses: like the inside of a studio
        heard: silence behind the voice | a quiet background
        absent: background noise | static | hiss or hum
        denied: noisy
        denials: there is no noise behind it
        """,
        0.4,
    ),
    setting(
        "noise=quiet noise_kind=none",
        """
        places: with neither hiss nor hum nor babble behind | without noise of any kind
        clauses: nothing hisses, hums or rumbles | there is noise of no kind
        heard: neither hiss nor hum
        denials: neither hiss nor hum nor rumble is heard
        """,
        0.2,
    ),
    setting(
        "band=telephone",
        """
        adjectives: telephone-quality | narrow-band | phone-line | tinny telephone | tinny
        places: over the telephone | on a phone line | through a telephone | on a phone call
        clauses: it is a phone line | the bandwidth is narrow | it sounds like a telephone
            the treble and the bass are cut off
        likenesses: like somebody calling from a phone booth | like an old answering machine
        heard: a telephone line | a tinny sound | somebody on the phone | a phone call
        denied: full-bandwidth | hi-fi
        denials: neither treble nor bass comes through | the bandwidth is not full
        """,
        1.1,
    ),
    setting(
        "band=full",
        """
        adjectives: full-bandwidth | wide-band | hi-fi
        places: in full bandwidth | with all the treble and bass | not over the telephone
        clauses: the bandwidth is full | it is not a telephone line | the treble is all there
            high and low tones all come through
        heard: all of the treble | the whole range of sound
        denied: narrow-band | tinny
        denials: this is no phone call | nothing of the treble is cut off
        likenesses: like a good radio studio
        """,
        0.28,
    ),
    setting(
        "room=reverberant",
        """
        adjectives: echoing | reverberant | echoey | reverberating | boomy
        places: in an echoing room | in a big hall | with long reverberation | far off in a hall
            in a stairwell
        clauses: the room echoes | there is a lot of reverberation | the sound echoes
            the walls throw the sound back
        likenesses: like somebody in a church | like the inside of a cave | as if in a swimming hall
        heard: an echo | a big hall | reverberation | sound bouncing off the walls
        denied: dry
        denials: the sound does not die off at once
        """,
        1.1,
    ),
    setting(
        "room=dry",
        """
        adjectives: dry | close-up | echo-free
        places: close to the microphone | in a dry room | without echo | with no reverberation
        clauses: the room is dry | there is no echo | the sound is close and dry
        likenesses: like the inside of a wardrobe full of coats
        heard: a dry room | sound without walls
        absent: echo | reverberation | room sound
        denied: echoing | reverberant
        denials: nothing echoes | the walls throw nothing back
        """,
        0.32,
    ),
    setting(
        "level=faint",
        """
        adjectives: faint | very faint | barely audible | low-level | weak
        places: at a very low level | faintly | with the volume turned down
        clauses: the level is very low | it can hardly be heard | the volume is low
            the volume has to be turned up | one has to strain to hear it
        likenesses: as if from far away | like something heard through three doors
        heard: hardly anything | a very quiet signal
        opposites: loud
        denials: the volume is nowhere near normal but very low
        """,
        0.9,
    ),
    setting(
        "level=loud",
        """
        adjectives: loud | high-level | strong and loud
        places: at a high level | with the volume turned up | at full volume
        clauses: the level is high | the volume is high | it is recorded loud | it is very loud
            the volume has to be turned down
        likenesses: as if right at the ear
        heard: a loud signal | a very loud signal
        opposites: faint
        """,
        0.9,
    ),
    setting(
        "level=medium",
        """
        adjectives: normal-level | medium-level
        places: at a normal level | at a medium volume
        clauses: the level is normal | the volume is average
        heard: a normal volume
        denials: the volume is neither low nor high
        """,
        0.2,
    ),
    setting(
        "microphone=muffled",
        """
        adjectives: muffled | dull | treble-less | woolly | veiled
        places: through a thick cloth | under a blanket | from behind a closed door | with no treble
            with something over the microphone
        clauses: the sound is muffled | the high tones are missing | the microphone is covered
            something covers the microphone
        likenesses: like somebody with a pillow over the face | as if through a wall
            like somebody in the next room | like a voice through a scarf
        heard: a muffled sound | a dull, covered sound | somebody behind a wall
            a voice under a blanket
        absent: treble | brightness
        denied: open | crisp-sounding
        denials: the high tones do not come through | the microphone is not free
        """,
        1.3,
    ),
    setting(
        "microphone=open",
        """
        adjectives: open | bright-sounding | unmuffled
        places: with an open microphone | with nothing over the microphone
        clauses: the microphone is open | the sound is open | the high tones come through
            nothing is in front of the microphone
        heard: an open sound | open, bright sound
        absent: muffling
        denied: muffled | dull
        denials: nothing covers the microphone | nothing muffles the sound
        """,
        0.28,
    ),
    setting(
        "distortion=overdriven",
        """
        adjectives: overdriven | distorted | clipped | blown-out | crunchy | overloaded | fuzzy
        places: with heavy distortion | through an overloaded microphone | with the gain too high
            with clipping
        clauses: the sound is distorted | the recording clips | the microphone is overloaded
            the peaks are cut off
        likenesses: like a megaphone turned up too far | like a broken loudspeaker
            like an electric guitar
        heard: distortion | clipping | an overloaded microphone | crunching peaks | blown-out sound
        denied: undistorted
        denials: the peaks do not come through whole | the gain is not right but far too high
        """,
        1.3,
    ),
    setting(
        "distortion=clean",
        """
        adjectives: undistorted | unclipped
        places: without distortion | with the gain set right
        clauses: the sound is undistorted | the peaks are whole | nothing crackles with overload
            the gain is right
        heard: an undistorted sound | whole peaks
        absent: distortion | clipping | overload
        denied: distorted | overdriven | clipped
        denials: nothing is distorted | the microphone is not overloaded
        """,
        0.28,
    ),
    setting(
        "codec=coded",
        """
        adjectives: garbled | digitally compressed | low-bitrate | heavily coded | glitchy | lossy
            bit-crushed | grainy
        places: through a coarse digital coder | over a bad internet call | at a low bitrate
            with digital artefacts
        clauses: a coder has garbled the sound | digital artefacts are heard | the bitrate is low
            the sound is coarsely coded
        likenesses: like a bad video call | like an over-compressed file | like a cheap digital toy
        heard: digital artefacts | a coarse coder | compression artefacts | garbled sound
            a poor internet line
        denied: uncompressed
        denials: the sound has not survived the coder | the bitrate is anything but high
        """,
        1.3,
    ),
    setting(
        "codec=clean",
        """
        adjectives: uncompressed | artefact-free
        places: without digital artefacts | at a high bitrate
        clauses: the bitrate is high | no coder has touched it
            the sound has not been squeezed by a coder
        heard: a sound without artefacts | uncompressed sound
        absent: digital artefacts | compression artefacts | coder noise
        denied: garbled | low-bitrate | glitchy
        denials: no coder garbles the sound | nothing is lost to compression
        """,
        0.28,
    ),
)
