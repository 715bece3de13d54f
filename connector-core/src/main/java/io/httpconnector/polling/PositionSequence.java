package io.httpconnector.polling;

import org.jspecify.annotations.Nullable;

/** Pages by number or offset: they end with a page without records, or with a page equal to the previous one. */
final class PositionSequence implements PageSequence {

    /** The number of earlier pages that are compared. */
    private static final int MAX_REMEMBERED = 1000;

    private final boolean passesEmptyPages;
    private final RememberedFingerprints earlier = new RememberedFingerprints(MAX_REMEMBERED);
    /** The number of consecutive pages with the records of an earlier one. */
    private int known;

    private boolean repeated;
    private @Nullable Page previous;

    /**
     * Starts a query.
     *
     * @param passesEmptyPages whether a page without records is followed by another one where the service states that there
     *     are more; an offset does not advance over it
     */
    PositionSequence(boolean passesEmptyPages) {
        this.passesEmptyPages = passesEmptyPages;
    }

    @Override
    public boolean next(Page page, boolean more) {
        if (page.count() == 0) {
            previous = page;
            return more && passesEmptyPages;
        }
        last(page);
        return !repeated;
    }

    @Override
    public void last(Page page) {
        Page before = previous;
        boolean isEqual = page.records() > 0 && isEqualToLast(page);
        boolean isOther = before != null && !page.isIdentified() && PagePosition.isAdvanced(before, page);
        // Some services return the last page for every higher number.
        repeated = isEqual && !isOther;
        previous = page;
        if (!isEqual && page.records() > 0) {
            checkStart(page, isOther);
        }
        if (repeated && page.number() == 2) {
            throw PageSequence.endless("page 2 has the same records as page 1: the service does not support this"
                    + " pagination, or there is one page and the service repeats the last page; in that case"
                    + " use another end condition");
        }
    }

    /** Some services start again after the last page. A single record may also have moved to this page in the meantime. */
    private void checkStart(Page page, boolean isOther) {
        boolean isNew = earlier.add(page.content());
        known = isNew || isOther || page.isUniform() ? 0 : known + 1;
        if (known == TokenSequence.MAX_KNOWN || (known > 0 && page.isIdentified() && page.records() > 1)) {
            throw PageSequence.endless("page " + page.number() + " has the same records as an earlier page: the service"
                    + " starts again after the last page; use an end condition, such as a total");
        }
    }

    @Override
    public boolean isEqualToLast(Page page) {
        return previous != null && page.content().equals(previous.content());
    }

    /** Without the content of the page before: new records may have moved it to this page in the meantime. */
    @Override
    public boolean isResumable() {
        return true;
    }

    @Override
    public boolean isRepeated() {
        return repeated;
    }
}
