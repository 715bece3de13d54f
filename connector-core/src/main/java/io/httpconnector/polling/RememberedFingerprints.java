package io.httpconnector.polling;

import java.util.LinkedHashSet;
import java.util.Set;

/** A set of the fingerprints that were added last, so that its size is limited. */
final class RememberedFingerprints {

    private final Set<Fingerprint> known = new LinkedHashSet<>();
    private final int max;

    /** @param max the maximum number of fingerprints; the earliest is forgotten when there are more */
    RememberedFingerprints(int max) {
        this.max = max;
    }

    /** Adds a fingerprint; false when it is known. */
    boolean add(Fingerprint print) {
        boolean isNew = known.add(print);
        if (known.size() > max) {
            known.remove(known.iterator().next());
        }
        return isNew;
    }

    boolean contains(Fingerprint print) {
        return known.contains(print);
    }
}
