export default function Photographs() {
  return null;
}
