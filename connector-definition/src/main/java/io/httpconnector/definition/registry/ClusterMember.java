package io.httpconnector.definition.registry;

/** The participation of this node in a cluster, which polls the triggers of all instances. Thread-safe. */
interface ClusterMember extends AutoCloseable {

    /** Plans the polls of a trigger, unless they are planned with this revision of the instance. */
    void plan(StoredInstance instance, String trigger);

    /** Notices a trigger that another node may have planned. */
    void notice(StoredInstance instance, String trigger);

    /** Plans no more polls of a trigger until it is planned again. */
    void pause(StoredInstance instance, String trigger);

    /** Removes a trigger and its state. */
    void remove(StoredInstance instance, String trigger);

    /** Leaves the cluster; other nodes poll instead. */
    @Override
    void close();
}
