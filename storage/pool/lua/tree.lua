-- Picks from the index without listing it: needs common.lua before it.

local TREE_BYTES = 524288
local BLOCKS = 64
local BLOCK_BYTES = TREE_BYTES / BLOCKS
local LEAF_BYTES = 32
local BITS_OF_NIBBLE = { [0] = 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4 }
local HALF_WORD_RANGE = 2147483648
local LEVELS = 14

-- Rows of random 32-bit words (big-endian) that the caller has passed, one row for each pick. The result is an iterator.
-- In a row the first word decides at the root of the tree, the next at its child, and so on; the last of them within the
-- leaf. Further words replace those that would cause bias.
-- So a pick depends on the numbers beside its own path as little as can be: if others become taken, it stays nearly
-- always the same, and nobody can choose between many outcomes by waiting.
local WORDS = string.rep("I4", 16)
local function rows_of(text, words)
  local row, format = -1, ">" .. string.rep(WORDS, words / 16)
  return function()
    row = row + 1
    if (row + 1) * words * 4 > #text then
      error("out of random words")
    end
    return { spare = LEVELS + 1, struct.unpack(format, text, row * words * 4 + 1) }
  end
end

-- An integer below `sides` from the row's word of this level, which counts from 1; exactly uniform, and monotonic in the
-- word.
local function below(row, level, sides)
  local word = row[level]
  while true do
    local product = (word - word % 2) / 2 * sides
    local rest = product % HALF_WORD_RANGE
    -- Less than `sides` is needed for a bias, so the second remainder is seldom computed.
    if rest >= sides or rest >= HALF_WORD_RANGE % sides then
      return (product - rest) / HALF_WORD_RANGE
    end
    row.spare = row.spare + 1
    -- What follows the words is the end of the text, and not one of them.
    word = row.spare < #row and row[row.spare] or error("out of random words")
  end
end

-- The set bits of a bitmap as a binary tree of counts: node 1 is the whole, node n has the halves 2n and 2n + 1.
-- The upper levels are summed in one pass over the blocks; below, a count is computed when a pick needs it, and
-- cached for the next one.
local function tree_of(key)
  local counts = {}
  for block = 0, BLOCKS - 1 do
    local first = block * BLOCK_BYTES
    counts[BLOCKS + block] = first < POOL_BYTES
      and redis.call("BITCOUNT", key, first, first + BLOCK_BYTES - 1) or 0
  end
  for node = BLOCKS - 1, 1, -1 do
    counts[node] = counts[2 * node] + counts[2 * node + 1]
  end
  return { key = key, counts = counts, leaves = {}, total = counts[1] }
end

-- Remove the bit of this rank (from 0) from the bytes that were read, and return its place among their bits.
local function take_from_bytes(bytes, rank)
  for index, byte in ipairs(bytes) do
    local here = BITS_OF_NIBBLE[byte % 16] + BITS_OF_NIBBLE[(byte - byte % 16) / 16]
    if rank < here then
      local weight, place = 128, 0
      while true do
        if byte % (2 * weight) >= weight then
          if rank == 0 then
            bytes[index] = byte - weight
            return (index - 1) * 8 + place
          end
          rank = rank - 1
        end
        weight, place = weight / 2, place + 1
      end
    end
    rank = rank - here
  end
end

-- Remove a random bit from the tree, not from Redis, and return its position.
local function take(tree, row)
  local node, first, size, counts = 1, 0, TREE_BYTES, tree.counts
  local total, level = tree.total, 1
  while size > LEAF_BYTES do
    size, node = size / 2, 2 * node
    local left = counts[node] or redis.call("BITCOUNT", tree.key, first, first + size - 1)
    if below(row, level, total) < left then
      counts[node], total = left - 1, left
    else
      counts[node], total = left, total - left
      first, node = first + size, node + 1
    end
    level = level + 1
  end
  if not tree.leaves[first] then
    tree.leaves[first] = { string.byte(redis.call("GETRANGE", tree.key, first, first + LEAF_BYTES - 1), 1, -1) }
  end
  tree.total = tree.total - 1
  return first * 8 + take_from_bytes(tree.leaves[first], below(row, level, total))
end

local function set_of(positions)
  local set = {}
  for _, position in ipairs(positions) do
    set[position] = true
  end
  return set
end

local SHAPES = {}
do
  local offset = 0
  for index, pattern in ipairs(PATTERNS) do
    local size, radices = 1, {}
    for place = 1, #pattern do
      radices[place] = #ALPHABETS[pattern:sub(place, place)]
      size = size * radices[place]
    end
    SHAPES[index] = { offset = offset, stop = offset + size, radices = radices }
    offset = offset + size
  end
end

local function holds_four(position)
  for _, shape in ipairs(SHAPES) do
    if position < shape.stop then
      local place = position - shape.offset
      for index = #shape.radices, 1, -1 do
        local radix = shape.radices[index]
        if radix == 10 and place % 10 == 4 then
          return true
        end
        place = math.floor(place / radix)
      end
      return false
    end
  end
end

-- A copy of the free numbers without those that contain a 4: in SCRATCH, to be used within `in_private`.
local function copy_without_four()
  redis.call("SET", SCRATCH, without_four_mask())
  redis.call("BITOP", "AND", SCRATCH, SCRATCH, FREE)
end
