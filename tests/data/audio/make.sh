#!/bin/sh
# Make the recordings of this folder anew: sh tests/data/audio/make.sh
# It takes espeak-ng 1.51, ffmpeg 5.1, sox 14.4, lame 3.100, flac 1.4, opus-tools 0.2 and mkvtoolnix 74. No test runs it.
set -eu
cd "$(dirname "$0")"
rm -f -- *.wav *.w64 *.mp? *.m4? *.mov *.3gp *.aac *.ogg *.oga *.opus *.flac *.webm *.mka *.wma *.ai* *.caf *.amr *.au *.*ac3 *.wv *.tta *.voc *.sph *.pcm *.ulaw
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
espeak-ng -w "$work/whole.wav" "Ada says hello"
say="$work/say.wav" # a tenth of a second
ffmpeg -v error -ss 0.3 -t 0.1 -i "$work/whole.wav" -ar 8000 -ac 1 "$say"
longer="$work/longer.wav" # for what has frames
ffmpeg -v error -ss 0.3 -t 0.4 -i "$work/whole.wav" -ar 16000 -ac 1 "$longer"
ffmpeg -v error -f lavfi -i testsrc=size=160x160:duration=1 -frames:v 1 -q:v 1 "$work/cover.jpg"
f() { ffmpeg -v error -i "$@"; }

# WAV: PCM as most programs write it, from a pipe (sizes 0xFFFFFFFF), of every depth and codec, beyond 4 GB, big-endian
f "$say" plain.wav
f "$say" -f wav - > pipe.wav
sox "$say" -t wav - > sox-pipe.wav
f "$say" -c:a pcm_u8 u8.wav
f "$say" -c:a pcm_s24le s24.wav
f "$say" -c:a pcm_f32le float.wav
f "$say" -c:a pcm_alaw alaw.wav
f "$say" -c:a pcm_mulaw mulaw.wav
f "$say" -c:a adpcm_ms adpcm.wav
f "$say" -t 0.02 -af "pan=quad|c0=c0" -ar 8000 extensible.wav
f "$say" -write_bext 1 -metadata description=Ada broadcast.wav
f "$say" -rf64 always rf64.wav
{ printf BW64; tail -c +5 rf64.wav; } > bw64.wav
sox "$say" -B -t wav rifx.wav
f "$say" sony.w64

# MP3: with and without a tag, with artwork, behind two tags, a tag at its end, CBR, VBR, MPEG-1, 2 and 2.5, stereo; layer 2
f "$longer" -ar 44100 -b:a 48k tagged.mp3
f "$longer" -ar 44100 -b:a 48k -write_xing 0 -id3v2_version 0 bare.mp3
f "$longer" -i "$work/cover.jpg" -map 0 -map 1 -b:a 32k -c:v copy -id3v2_version 3 -metadata:s:v title=Cover artwork.mp3
{ printf 'ID3\004\000\020\000\000\000\012\000\000\000\000\000\000\000\000\000\0003DI\004\000\020\000\000\000\012'; cat tagged.mp3; } > two-tags.mp3
f "$longer" -b:a 32k -write_xing 0 -id3v2_version 0 -write_id3v1 1 -metadata title=Ada id3v1.mp3
lame --quiet -V 9 "$longer" vbr.mp3
lame --quiet -b 24 --resample 16 "$longer" mpeg2.mp3
lame --quiet -b 16 --resample 8 -t "$longer" mpeg2.5.mp3
f "$longer" -ar 48000 -ac 2 -b:a 64k -joint_stereo 1 stereo.mp3
lame --quiet -p -b 40 "$longer" checksums.mp3
f "$longer" -c:a libshine -ar 44100 -b:a 64k shine.mp3
f "$longer" -ar 44100 -af "volume=0" -b:a 32k -write_xing 0 -id3v2_version 0 silence.mp3
f "$longer" -c:a mp2 -ar 16000 -b:a 32k layer2.mp2
lame --quiet --freeformat -b 60 "$longer" free-format.mp3

# Phones: AAC and AMR in MP4, CAF and alone
f "$say" -c:a aac -b:a 16k -f ipod iphone.m4a
f "$say" -c:a alac lossless.m4a
f "$say" -c:a aac -b:a 16k -f mp4 -movflags +faststart android.mp4
f "$longer" -c:a aac -b:a 16k -f mp4 -movflags frag_keyframe+empty_moov+default_base_moof safari.mp4
f "$say" -c:a aac -b:a 16k -f ipod -metadata title=Ada book.m4b
f "$say" -c:a aac -b:a 16k -f 3gp phone.3gp
f "$say" -c:a aac -b:a 16k -f mov camera.mov
f "$say" -f caf memo.caf
sox "$say" -t amr-nb narrow.amr
{ printf '#!AMR-WB\n'; printf '\174%.0s' 1 2 3 4 5 6 7 8 9 10; } > wide.amr # ten frames without data: no free program encodes it

# AAC and AC-3 as bare frames
f "$longer" -c:a aac -b:a 16k bare.aac
f "$longer" -c:a aac -b:a 16k -write_id3v2 1 -metadata title=Ada id3.aac
f "$longer" -c:a ac3 -ar 44100 -b:a 32k film.ac3
f "$longer" -c:a eac3 -ar 32000 -b:a 32k film.eac3

# Browsers and Ogg
f "$longer" -bitexact -c:a libopus -b:a 8k chrome.webm
f "$longer" -bitexact -c:a libopus -b:a 8k -f webm -live 1 - > live.webm
f "$say" -bitexact -c:a libopus -b:a 8k -f matroska ffmpeg.mka
mkvmerge -q --deterministic 1 --no-date -o mkvmerge.mka ffmpeg.mka
mkvmerge -q --deterministic 1 --no-date -w -o mkvmerge.webm chrome.webm
f "$longer" -bitexact -c:a libopus -b:a 8k firefox.ogg
opusenc --quiet --serial 1 --bitrate 8 "$longer" opus.opus
f "$say" -bitexact -c:a libvorbis vorbis.oga
f "$say" -bitexact -c:a libspeex speex.ogg
flac --silent --no-padding --ogg --serial-number=1 -o flac.ogg "$say"

# The rest
flac --silent --no-padding -o plain.flac "$say"
{ printf 'ID3\003\000\000\000\000\000\012\000\000\000\000\000\000\000\000\000\000'; cat plain.flac; } > id3.flac
f "$longer" -c:a wmav2 -b:a 24k windows.wma
f "$say" plain.aiff
sox "$say" compressed.aifc
f "$say" -c:a pcm_f32be -f aiff float.aif
f "$say" sun.au
f "$say" -c:a wavpack packed.wv
f "$say" -c:a tta true.tta
sox "$say" creative.voc
sox "$say" -t nist corpus.sph

# Without a header: nothing tells what they are
f "$say" -f s16le bare.pcm
f "$say" -f mulaw bare.ulaw
