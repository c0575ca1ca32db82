// Measures how loud a recording is from moment to moment, and draws that as bars.
"use strict";
const BARS = 160;
const RATE = 8000; // enough to measure by, and it keeps long recordings small

// Gives the peak of each of the bars, and how long the sound is; flat and 0 for a format that the browser cannot decode.
async function measureSound(bytes) {
  const peaks = new Float32Array(BARS);
  let sound;
  try {
    sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes.buffer);
  } catch {
    return { peaks, seconds: 0 };
  }
  for (let channel = 0; channel < sound.numberOfChannels; channel++) {
    const values = sound.getChannelData(channel);
    for (let at = 0; at < values.length; at++) {
      const bar = Math.floor((at * BARS) / values.length);
      peaks[bar] = Math.max(peaks[bar], Math.abs(values[at]));
    }
  }
  return { peaks, seconds: sound.duration };
}

// Draws the bars, those before `played` (0 to 1) in the accent; a flat line while there are none.
function drawWaveform(canvas, peaks, played) {
  const [width, height, scale] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio || 1];
  const bars = Math.max(1, Math.min(BARS, Math.floor(width / 4)));
  const context = canvas.getContext("2d");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.scale(scale, scale);
  context.lineWidth = Math.min(width / bars - 1.5, 3);
  context.lineCap = "round";
  for (const isPlayed of [true, false]) {
    context.beginPath();
    for (let bar = 0; bar < bars; bar++) {
      if ((bar + 0.5) / bars <= played !== isPlayed) continue;
      const here = peaks?.subarray(Math.floor((bar * BARS) / bars), Math.ceil(((bar + 1) * BARS) / bars)) ?? [0];
      // By the root, quiet parts show as well, and a quiet recording stays lower than a loud one.
      const half = Math.max(0.5, Math.sqrt(Math.min(1, Math.max(...here))) * (height / 2 - 3));
      const x = ((bar + 0.5) * width) / bars;
      context.moveTo(x, height / 2 - half);
      context.lineTo(x, height / 2 + half);
    }
    context.strokeStyle = getComputedStyle(canvas).getPropertyValue(isPlayed ? "--accent" : "--wave");
    context.stroke();
  }
}
