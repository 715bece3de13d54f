package io.httpconnector.internal.recording;

import java.io.IOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** An exception in place of one whose message quotes a secret, such as a malformed status line that echoes it. */
public final class MaskedFailure extends IOException {

    private static final long serialVersionUID = 1L;

    private MaskedFailure(Throwable masked, UnaryOperator<String> mask, Set<Throwable> known) {
        super(text(masked, mask));
        setStackTrace(masked.getStackTrace());
        Throwable cause = masked.getCause();
        if (cause != null && known.add(cause)) {
            initCause(new MaskedFailure(cause, mask, known));
        }
        for (Throwable suppressed : masked.getSuppressed()) {
            if (known.add(suppressed)) {
                addSuppressed(new MaskedFailure(suppressed, mask, known));
            }
        }
    }

    private static String text(Throwable masked, UnaryOperator<String> mask) {
        String name = masked.getClass().getName();
        try {
            return masked.getMessage() == null ? name : name + ": " + mask.apply(masked.getMessage());
        } catch (RuntimeException e) {
            return name;
        }
    }

    /** Returns an exception with masked messages; the same one if neither it nor its causes quote a secret. */
    public static Exception of(Exception failure, UnaryOperator<String> mask) {
        return quotes(failure, mask, known()) ? new MaskedFailure(failure, mask, known()) : failure;
    }

    private static Set<Throwable> known() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private static boolean quotes(Throwable failure, UnaryOperator<String> mask, Set<Throwable> known) {
        if (!known.add(failure)) {
            return false;
        }
        try {
            for (String text : List.of(String.valueOf(failure.getMessage()), String.valueOf(failure))) {
                if (!mask.apply(text).equals(text)) {
                    return true;
                }
            }
        } catch (RuntimeException e) {
            // Its text cannot be checked.
            return true;
        }
        Throwable cause = failure.getCause();
        if (cause != null && quotes(cause, mask, known)) {
            return true;
        }
        for (Throwable suppressed : failure.getSuppressed()) {
            if (quotes(suppressed, mask, known)) {
                return true;
            }
        }
        return false;
    }
}
