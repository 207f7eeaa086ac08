/** What the traps call what they check besides the oracle: the `invariant` of a violation. */
export const CHECKS = {
  witnesses: 'false witnesses do not count',
  superseded: 'what was superseded does not come back',
  future: 'no version is taken as of the far future',
  ttl: 'a TTL is clamped on every way in',
  oldNews: 'old news changes nothing',
  incarnations: 'incarnations never go down',
  goodbyeBelieved: 'a goodbye is believed',
  goodbye: 'a goodbye is final',
  alone: 'whoever is left alone asks the seeds at once',
  oneCycle: 'one recovery cycle at a time',
  quiet: 'an idle cluster is quiet',
  patience: 'a busy peer is given time',
  waiting: 'what waits for a busy peer is bounded',
  deadStayDead: 'the dead stay dead',
  deadProbes: 'the dead are not probed without end',
} as const;
