export default function Records() {
  return null;
}
