-- Row security of single units asks for the block of each by its key, one at a time. The planner
-- turns an EXISTS into a table of all blocks that the role may see, which for a country is never
-- right; a function it leaves alone.

CREATE FUNCTION sees_block(of_bucket smallint, of_batch bigint, of_block integer) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM code_blocks WHERE bucket = of_bucket AND batch = of_batch AND block = of_block
    );
END $$;

DROP POLICY own ON code_facts;
DROP POLICY own ON code_replacements;
DROP POLICY own ON containers;
CREATE POLICY own ON code_facts TO kazyna_participant
    USING (sees_block(bucket, batch, index / 1000)) WITH CHECK (true);
CREATE POLICY own ON code_replacements TO kazyna_participant
    USING (sees_block(bucket, batch, index / 1000)) WITH CHECK (true);
CREATE POLICY own ON containers TO kazyna_participant
    USING (sees_block(bucket, batch, index / 1000)) WITH CHECK (true);
