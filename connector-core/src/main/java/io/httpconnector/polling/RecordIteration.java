package io.httpconnector.polling;

import java.util.Collections;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.function.Function;

/** Iterates over the records of all pages. A page is requested when the records before it have been consumed. */
final class RecordIteration<T> extends AbstractSpliterator<T> {

    private final PageIteration pages;
    private final Function<RecordPage, Iterator<T>> content;
    private Iterator<T> current = Collections.emptyIterator();

    RecordIteration(PageIteration pages, Function<RecordPage, Iterator<T>> content) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
        this.pages = pages;
        this.content = content;
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        while (!current.hasNext()) {
            if (!pages.tryAdvance(page -> current = content.apply(page))) {
                return false;
            }
        }
        action.accept(current.next());
        return true;
    }
}
