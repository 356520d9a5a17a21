-- Pick numbers that are free at `at`, each pick uniform over the remaining ones, and hold them until `until`.
-- ARGV: at, until, how many, "1" without the digit 4, random words, hidden positions (JSON).
-- Returns the positions in the order of the picks; fewer than requested means that these are all.
-- Nothing is written before all are picked, so an error leaves no change.

local at, until_, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local without_four, random_below = ARGV[4] == "1", dice(ARGV[5])
local hidden_list = cjson.decode(ARGV[6])
local hidden = set_of(hidden_list)

local valid_until = freshen(at)
if not valid_until then
  return lost()
end

local chosen = {}

local function choose(tree, attempts)
  while #chosen < wanted and tree.total > 0 and attempts > 0 do
    local position = take(tree, random_below(tree.total))
    -- Numbers that may not be offered are skipped: the next pick is uniform over the rest, as if they did not exist.
    if not (hidden[position] or (without_four and holds_four(position))) then
      chosen[#chosen + 1] = position
    end
    attempts = attempts - 1
  end
end

local function choose_from_the_few_without_four()
  copy_without_four()
  for _, positions in ipairs({ hidden_list, chosen }) do
    for _, position in ipairs(positions) do
      redis.call("SETBIT", SCRATCH, position, 0)
    end
  end
  choose(tree_of(SCRATCH), wanted)
end

local free = tree_of(FREE)
choose(free, wanted + #hidden_list + (without_four and 3 * wanted or 0))
if #chosen < wanted and free.total > 0 then
  in_private(choose_from_the_few_without_four)
end

local moments = {}
for index, position in ipairs(chosen) do
  redis.call("SETBIT", FREE, position, 0)
  moments[2 * index - 1], moments[2 * index] = until_, position
end
if #chosen > 0 then
  redis.call("ZADD", MOMENTS, unpack(moments))
end
return chosen
