/** Three significant digits where there is a fraction, thousands separated where there is none. */
export function formatNumber(value: number): string {
  if (Math.abs(value) < 100) return String(Number(value.toPrecision(3)));
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** In milliseconds below a second, in seconds above. */
export function formatMs(ms: number): string {
  return ms < 999.5 ? `${formatNumber(ms)} ms` : `${formatNumber(ms / 1000)} s`;
}

export function formatBytes(bytes: number): string {
  return bytes < 1000 ? `${formatNumber(bytes)} B` : `${formatNumber(bytes / 1000)} KB`;
}

/** Never says 100 % of what is a little less. */
export function formatShare(share: number): string {
  return `${String(Math.floor(share * 1000) / 10)} %`;
}
