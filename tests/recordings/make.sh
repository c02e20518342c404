#!/bin/sh
# Makes the recordings in this folder anew. Needs espeak-ng, flite and sox with
# its FLAC support (Debian: espeak-ng flite sox), and the Python environment of
# `make setup`. The same versions of these programs write the same samples;
# README.md says which were used.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# -D: no random dither, so that the result can be repeated.
write() { # SOURCE NAME [EFFECT...]
    source=$1 name=$2
    shift 2
    sox -D "$source" -b 16 -c 1 "$name.flac" gain -6 "$@" norm -3
}

flite -voice slt -o "$work/woman.wav" \
    -t "Good morning. I wanted to ask whether the library is open on Saturday."
write "$work/woman.wav" woman rate -v 16000

espeak-ng -v en-us+m3 -s 150 -p 30 -w "$work/man.wav" \
    "Thank you for calling back. The train leaves at a quarter past nine."
write "$work/man.wav" man rate -v 16000

# Not en-gb: espeak-ng 1.51 ignores the variant of that voice.
espeak-ng -v en-us+whisper -s 140 -w "$work/whisper.wav" \
    "Please be quiet, the children have only just fallen asleep."
write "$work/whisper.wav" whisper rate -v 16000

# Breathy, creaky, hoarse and trembling are made from clear voices, as the training corpus does.
python=${PYTHON:-../../.venv/bin/python}

espeak-ng -v en-us+m7 -s 150 -p 40 -w "$work/clear.wav" \
    "I have been talking all day and now my voice is nearly gone."
sox -D "$work/clear.wav" -b 16 "$work/clear16.wav" gain -6 rate -v 16000
"$python" alter.py hoarse "$work/clear16.wav" "$work/hoarse.wav"
write "$work/hoarse.wav" hoarse

espeak-ng -v en-us+f3 -s 140 -p 40 -w "$work/clear.wav" \
    "Please wait a moment, I am looking for my glasses."
sox -D "$work/clear.wav" -b 16 "$work/clear16.wav" gain -6 rate -v 16000
"$python" alter.py trembling "$work/clear16.wav" "$work/trembling.wav"
write "$work/trembling.wav" trembling

espeak-ng -v en-us+f4 -s 145 -p 45 -w "$work/clear.wav" \
    "Come in, sit down, and tell me slowly what happened."
sox -D "$work/clear.wav" -b 16 "$work/clear16.wav" gain -6 rate -v 16000
"$python" alter.py breathy "$work/clear16.wav" "$work/breathy.wav"
write "$work/breathy.wav" breathy

espeak-ng -v en-us+m1 -s 145 -p 25 -w "$work/clear.wav" \
    "Well, I suppose we could try that again some other time."
sox -D "$work/clear.wav" -b 16 "$work/clear16.wav" gain -6 rate -v 16000
"$python" alter.py creaky "$work/clear16.wav" "$work/creaky.wav"
write "$work/creaky.wav" creaky

# A telephone keeps 300 to 3400 Hz, at 8 kHz.
espeak-ng -v en-us+f2 -s 165 -p 55 -w "$work/telephone.wav" \
    "Hello, this is the dentist. Your appointment has moved to Thursday at two."
write "$work/telephone.wav" telephone sinc 300-3400 rate -v 8000
