package io.httpconnector.definition.registry;

/** The participation of this node in a cluster, which polls the triggers of all instances. Thread-safe. */
interface ClusterMember extends AutoCloseable {

    /** Plans the polls of a trigger, unless they are planned with this revision of the instance. */
    void plan(StoredInstance instance, String trigger);

    /** Notices a trigger that another node may have planned. */
    void notice(StoredInstance instance, String trigger);

    /** Requests a poll of a trigger on any node, unless it is paused. */
    void pollNow(StoredInstance instance, String trigger);

    /** Executes a push of records while no node polls their trigger. */
    void betweenPolls(StoredInstance instance, String trigger, Runnable push);

    /** Plans no more polls of a trigger until it is planned again. */
    void pause(StoredInstance instance, String trigger);

    /** Removes a trigger and its state. */
    void remove(StoredInstance instance, String trigger);

    /** Leaves the cluster; other nodes poll instead. */
    @Override
    void close();
}
