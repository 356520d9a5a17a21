-- Picks from the index without listing it: needs common.lua before it.

local TREE_BYTES = 524288
local BLOCKS = 64
local BLOCK_BYTES = TREE_BYTES / BLOCKS
local LEAF_BYTES = 32
local BITS_OF_NIBBLE = { [0] = 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4 }
local WORD_RANGE = 4294967296

-- Random integers from the operating system's 32-bit words (big-endian) that the caller has passed.
local function dice(words)
  local next_byte = 1
  return function(sides)
    -- A word past the last whole multiple would favour small numbers, so it is discarded.
    local limit = WORD_RANGE - WORD_RANGE % sides
    while true do
      local a, b, c, d = string.byte(words, next_byte, next_byte + 3)
      if not d then
        error("out of random words")
      end
      next_byte = next_byte + 4
      local word = ((a * 256 + b) * 256 + c) * 256 + d
      if word < limit then
        return word % sides
      end
    end
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

-- Remove the bit of this rank from the tree, not from Redis, and return its position.
local function take(tree, rank)
  local node, first, size, counts = 1, 0, TREE_BYTES, tree.counts
  while size > LEAF_BYTES do
    size, node = size / 2, 2 * node
    local left = counts[node] or redis.call("BITCOUNT", tree.key, first, first + size - 1)
    if rank < left then
      counts[node] = left - 1
    else
      counts[node] = left
      rank, first, node = rank - left, first + size, node + 1
    end
  end
  if not tree.leaves[first] then
    tree.leaves[first] = { string.byte(redis.call("GETRANGE", tree.key, first, first + LEAF_BYTES - 1), 1, -1) }
  end
  tree.total = tree.total - 1
  return first * 8 + take_from_bytes(tree.leaves[first], rank)
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
