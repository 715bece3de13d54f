package io.httpconnector.webhook;

/** Collects a value that must occur exactly once. */
final class SingleMatch implements ValueSelector.MatchConsumer {

    private int given;
    private String text = "";

    /** The number of values. */
    int given() {
        return given;
    }

    /** The value; empty unless there is exactly one. */
    String text() {
        return text;
    }

    @Override
    public void accept(String where, int from, int to) {
        given++;
        text = given == 1 ? where.substring(from, to) : "";
    }
}
