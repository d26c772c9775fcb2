export default function Time() {
  return null;
}
