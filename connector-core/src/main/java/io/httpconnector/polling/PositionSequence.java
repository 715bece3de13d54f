package io.httpconnector.polling;

import org.jspecify.annotations.Nullable;

/** Pages by number or offset: they end with a page without records, or with a page equal to the previous one. */
final class PositionSequence implements PageSequence {

    private final boolean passesEmptyPages;
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
        // Some services return the last page for every higher number.
        repeated = page.count() > 0 && isEqualToLast(page) && before != null && !PagePosition.isAdvanced(before, page);
        previous = page;
        if (repeated && page.number() == 2) {
            throw PageSequence.endless("page 2 has the same records as page 1: the service does not support this"
                    + " pagination, or there is one page and the service repeats the last page; in that case"
                    + " use another end condition");
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
