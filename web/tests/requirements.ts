/** The requirements. A test names those that it shows as its tags: `{ tags: ['R-18'] }`. */
export const REQUIREMENTS = Array.from({ length: 48 }, (_, index) => ({ name: `R-${String(index + 1).padStart(2, '0')}` }))
