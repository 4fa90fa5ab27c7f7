namespace NexusActors.Optimization;

public sealed class ProcTextTests
{
    [Fact]
    public void Cpu_FirstLine_CountsWaitingForDisksAsIdleAndGuestsOnce()
    {
        const string Stat = "cpu  100 10 50 800 40 0 5 20 30 3\ncpu0 9765 0 2053 200657 84 0 11 9 0 0\nintr 1\n";

        Assert.Equal(new CpuTicks(Busy: 185, Total: 1025), ProcText.Cpu(Stat));
    }

    [Fact]
    public void Cpu_OldKernelWithFourFields_IsRead() => Assert.Equal(new CpuTicks(30, 100), ProcText.Cpu("cpu  10 10 10 70"));

    [Fact]
    public void Cpu_NoSuchLine_IsNull() => Assert.Null(ProcText.Cpu("cpu0 1 2 3 4\n"));

    [Fact]
    public void Cpu_DamagedNumber_Throws() => Assert.Throws<FormatException>(() => ProcText.Cpu("cpu  1 x 3 4 5"));

    [Fact]
    public void MemoryUsedPercent_GoesByWhatIsAvailable()
    {
        const string Meminfo = "MemTotal:       24684092 kB\nMemFree:         1000000 kB\nMemAvailable:   18513069 kB\nBuffers:            1572 kB\n";

        Assert.Equal(25, ProcText.MemoryUsedPercent(Meminfo)!.Value, precision: 6);
    }

    [Fact]
    public void MemoryUsedPercent_NotShown_IsNull() => Assert.Null(ProcText.MemoryUsedPercent("MemTotal: 1000 kB\nMemFree: 10 kB\n"));

    [Fact]
    public void Network_LeavesLoopbackOut_AndReadsCountersThatTouchTheColon()
    {
        const string NetDev = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:  109289     109    0    0    0     0          0         0   109289     109    0    0    0     0       0          0
              eth0:101285677    3282    0    0    0     0          0         0   223536    2248    0    0    0     0       0          0
              eth1:       0       0    0    0    0     0          0         0        7       0    0    0    0     0       0          0
            """;

        Assert.Equal<ByteCounter>([new("eth0", 101285677, 223536), new("eth1", 0, 7)], ProcText.Network(NetDev));
    }

    [Fact]
    public void Disks_CountsEachByteOnce()
    {
        const string Diskstats = """
               7       0 loop0 38 0 256 0 17 6 38 1 0 4 3 0 0 0 0 11 1
             254       0 vda 30573 7687 10 21843 25219 9980 20 11212 0 10336 33699 3706 40 1442624 348 7329 295
             254       1 vda1 30000 7000 9 21000 25000 9000 19 11000 0 10000 33000
             259       0 nvme0n1 1 0 2 0 1 0 4 0 0 0 0
             259       1 nvme0n1p1 1 0 2 0 1 0 4 0 0 0 0
             259       2 nvme0n12 1 0 6 0 1 0 8 0 0 0 0
             253       0 dm-0 1 0 2 0 1 0 4 0 0 0 0
             253       0 zram0 0 0 0 0 0 0 0 0 0 0 0
               9       0 md127 1 0 2 0 1 0 4 0 0 0 0
            """;

        Assert.Equal<ByteCounter>([new("vda", 5120, 10240), new("nvme0n1", 1024, 2048), new("nvme0n12", 3072, 4096)], ProcText.Disks(Diskstats));
    }

    [Fact]
    public void LoadAverage_FirstNumber_IsRead() => Assert.Equal(0.17, ProcText.LoadAverage("0.17 0.35 0.22 1/104 7931\n"));
}
