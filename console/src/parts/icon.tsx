// The few drawings that the console uses, as strokes in a square of 16.
const SHAPES = {
  lock: "M4.5 7V5a3.5 3.5 0 0 1 7 0v2M3 7h10v7H3z",
  close: "M4 4l8 8M12 4l-8 8",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.6-1.4L14 14",
  menu: "M2 4h12M2 8h12M2 12h12",
  switch: "M5 6l3-3 3 3M5 10l3 3 3-3",
  previous: "M10 3L5 8l5 5",
  next: "M6 3l5 5-5 5",
  person: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14a5.5 5.5 0 0 1 11 0",
  warning: "M8 2l6.5 11.5h-13zM8 6.5v3.2M8 11.6v.1",
  done: "M3 8.5l3.2 3L13 4.5",
  download: "M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11",
};

export const Icon = ({ name }: { name: keyof typeof SHAPES }) => (
  <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    <path
      d={SHAPES[name]}
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
);
