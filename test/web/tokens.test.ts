/** The colours of the dashboard, recomputed: that they can be read, and told apart by people who see fewer of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jobStatuses } from '../../src/core/job.ts';

type Rgb = [number, number, number];
type Matrix = [Rgb, Rgb, Rgb];

const css = readFileSync(join(import.meta.dirname, '..', '..', 'web', 'src', 'styles', 'tokens.css'), 'utf8');

/** The colours of a theme by name. */
function tokens(theme: 'light' | 'dark'): (name: string) => Rgb {
  const block = new RegExp(`\\[data-theme="${theme}"\\]\\s*\\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  const colours = new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex!]));
  return (name) => {
    const hex = colours.get(name);
    if (!hex) throw new Error(`${theme} has no colour --${name}`);
    return [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255)) as Rgb;
  };
}

/** sRGB to linear light. */
function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

/** The contrast of WCAG 2, from 1 to 21. */
function contrast(a: Rgb, b: Rgb): number {
  const luminance = ([red, green, blue]: Rgb) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function times(matrix: Matrix, [x, y, z]: Rgb): Rgb {
  return matrix.map(([a, b, c]) => a * x + b * y + c * z) as Rgb;
}

/** Björn Ottosson's OKLab (2020) of linear sRGB. */
function okLab(colour: Rgb): Rgb {
  const cone = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    colour.map((channel) => Math.min(1, Math.max(0, channel))) as Rgb,
  ).map(Math.cbrt) as Rgb;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cone,
  );
}

/** How people without one kind of cone see linear sRGB: Machado, Oliveira and Fernandes (2009), severity 1. */
const seen: Record<string, Matrix> = {
  everybody: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopes: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopes: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopes: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** The distance of two colours in OKLab, in hundredths. */
function distance(viewer: string, a: Rgb, b: Rgb): number {
  const matrix = seen[viewer] as Matrix;
  const [from, to] = [okLab(times(matrix, a)), okLab(times(matrix, b))];
  return 100 * Math.hypot(from[0] - to[0], from[1] - to[1], from[2] - to[2]);
}

describe.each(['light', 'dark'] as const)('colours of the %s theme', (theme) => {
  const colour = tokens(theme);

  test.each(jobStatuses)('the status %s is read on every surface that it stands on', (status) => {
    for (const surface of ['bg', 'bg2', 'hover', 'sel']) {
      // Shapes need 3:1 (WCAG 1.4.11); on the page itself words stand in these colours too.
      expect(contrast(colour(status), colour(surface)), surface).toBeGreaterThanOrEqual(surface === 'bg' ? 4.5 : 3);
    }
  });

  test.each(['fg', 'fg2', 'link'])('text in --%s is read on every surface', (name) => {
    for (const surface of ['bg', 'bg2', 'hover', 'sel']) {
      expect(contrast(colour(name), colour(surface)), surface).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('borders of what can be operated are seen', () => {
    expect(contrast(colour('line2'), colour('bg'))).toBeGreaterThanOrEqual(3);
  });

  // docs: dashboard 9.1; queued and unknown share a colour and differ in shape.
  const limits =
    theme === 'light'
      ? { everybody: 27, protanopes: 23, deuteranopes: 13, tritanopes: 28 }
      : { everybody: 31, protanopes: 31, deuteranopes: 20, tritanopes: 37 };

  test.each(Object.entries(limits))('%s tell pass from fail', (viewer, least) => {
    expect(distance(viewer, colour('pass'), colour('fail'))).toBeGreaterThanOrEqual(least);
  });

  test.each(Object.keys(seen))('%s tell every status from every other', (viewer) => {
    const statuses = jobStatuses.filter((status) => status !== 'unknown');
    const pairs = statuses.flatMap((a, at) => statuses.slice(at + 1).map((b) => [a, b] as const));
    const near = pairs
      .map(([a, b]) => ({ pair: [a, b].sort().join(' '), apart: distance(viewer, colour(a), colour(b)) }))
      .filter(({ apart }) => apart < 9.3);
    // The one pair that is nearer: a filled triangle and a ring.
    const excused =
      theme === 'light' && viewer === 'tritanopes'
        ? near.filter(({ pair, apart }) => pair !== 'queued running' || apart < 6)
        : near;
    expect(excused).toEqual([]);
  });
});
