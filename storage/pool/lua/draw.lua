-- Pick numbers that are free at `at`, each pick uniform over the remaining ones, and hold them until `until`.
-- ARGV: at, until, how many, "1" without the digit 4, random rows, words in a row, hidden positions (JSON), the draw and
-- its round for the log, the first line of the log that the database may not have.
-- Returns the positions in the order of the picks (fewer than requested means that these are all), the hidden positions
-- that were met, and the log: number of this pick's line, and all lines that the database may not have, each after its id.
-- Nothing is written before all are picked, so an error leaves no change. docs/fairness.md defines the picks exactly.

local at, until_, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local without_four, next_row = ARGV[4] == "1", rows_of(ARGV[5], tonumber(ARGV[6]))
local hidden = set_of(cjson.decode(ARGV[7]))

local valid_until = freshen(at)
if not valid_until then
  return lost()
end

local chosen, skipped = {}, {}

-- Numbers that may not be offered are skipped: the next pick is uniform over the rest, as if they did not exist.
local function choose(tree, most_fours)
  local fours = 0
  while #chosen < wanted and tree.total > 0 and fours < most_fours do
    local position = take(tree, next_row())
    if without_four and holds_four(position) then
      fours = fours + 1
    else
      local list = hidden[position] and skipped or chosen
      list[#list + 1] = position
    end
  end
end

local function choose_from_the_few_without_four()
  copy_without_four()
  for _, positions in ipairs({ skipped, chosen }) do
    for _, position in ipairs(positions) do
      redis.call("SETBIT", SCRATCH, position, 0)
    end
  end
  choose(tree_of(SCRATCH), 1)
end

local free = tree_of(FREE)
choose(free, 3 * wanted)
if without_four and #chosen < wanted and free.total > 0 then
  in_private(choose_from_the_few_without_four)
end

local instants = {}
for index, position in ipairs(chosen) do
  instants[2 * index - 1], instants[2 * index] = until_, position
end
set_bits(chosen, 0)
if #chosen > 0 then
  redis.call("ZADD", INSTANTS, unpack(instants))
end
local epoch, seq = log("pick", at, {
  draw = ARGV[8],
  round = tonumber(ARGV[9]),
  want = wanted,
  four = without_four and 0 or 1,
  p = chosen[1] and chosen,
  skip = skipped[1] and skipped,
}, ARGV[10])
local lines = {}
for index, entry in ipairs(redis.call("XRANGE", LOG, "-", "+")) do
  lines[2 * index - 1], lines[2 * index] = entry[1], entry[2][2]
end
return { chosen, skipped, epoch, seq, lines }
