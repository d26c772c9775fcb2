// The mark: a plumb line with its bob.
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden fill="var(--accent)">
      <path d="M9.25 1h1.5v8h-1.5z" />
      <path d="M5.5 9h9l-1.2 4.2L10 19l-3.3-5.8z" />
    </svg>
  );
}
