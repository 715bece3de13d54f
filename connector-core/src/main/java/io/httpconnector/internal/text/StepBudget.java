package io.httpconnector.internal.text;

/** The number of steps that the search of a text may take, including everything that is decoded from it. Not thread-safe. */
final class StepBudget {

    private long left;

    StepBudget(long steps) {
        this.left = steps;
    }

    void spend(int steps) {
        left -= steps;
    }

    /** Returns whether the search must stop, because its text is masked as a whole. */
    boolean isSpent() {
        return left <= 0;
    }
}
